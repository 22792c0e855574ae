{#- The columns that identify a row of a raw table, source_system first. -#}
{% macro key_columns(table) %}
    {%- set names = [] -%}
    {%- for column in table.columns if column.is_key or column.name == 'source_system' -%}
        {%- do names.append(column.name) -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}
