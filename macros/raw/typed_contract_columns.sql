{#- A select of the raw contract's columns that are no text: `table_name` and `column_name`. -#}
{% macro typed_contract_columns() -%}
    {%- set selects = [] -%}
    {%- for table in (raw_contract() if execute else []) -%}
        {%- for column in table.columns if column.type != 'text' -%}
            {%- do selects.append(
                'select ' ~ sql_text(table.name) ~ ' as table_name, '
                ~ sql_text(column.name) ~ ' as column_name'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ selects | join(' union all ') or "select '' as table_name, '' as column_name" }}
{%- endmacro %}
