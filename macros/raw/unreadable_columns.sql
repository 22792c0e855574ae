{#-
    The names of a row's optional columns that hold something which can't be read as their type,
    separated by commas; null when all can be read. What can't be read is null, and the row counts.
-#}
{% macro unreadable_columns(table) -%}
    {%- set names = [] -%}
    {%- for column in table.columns if column.type != 'text' and not column.is_required -%}
        {%- if column.unreadable != 'reject' -%}
            {%- set name = 'source_rows.' ~ column.name -%}
            {%- do names.append(
                "case when " ~ read_value(column, name) ~ " is null and not (" ~ is_missing(name)
                ~ ") then '" ~ column.name ~ "' end"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if names -%}
        nullif(concat_ws(',', {{ names | join(', ') }}), '')
    {%- else -%}
        cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}
