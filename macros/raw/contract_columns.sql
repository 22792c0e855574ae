{#- The columns of a raw table, in the contract's order, as a select list of `rows`. -#}
{% macro contract_columns(table_name, rows) -%}
    {%- if execute -%}
        {%- for column in raw_table(table_name).columns -%}
            {{ rows }}.{{ column.name }}
            {{- ',' if not loop.last }}
            {% endfor -%}
    {%- else -%}
        {{ rows }}.*
    {%- endif -%}
{%- endmacro %}
