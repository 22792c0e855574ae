{#- The columns of a raw row as text in one struct. -#}
{% macro raw_row(table) -%}
    {%- set texts = {} -%}
    {%- for column in table.columns -%}
        {%- do texts.update({column.name: read_text('source_rows.' ~ column.name)}) -%}
    {%- endfor -%}
    {{ row_struct(texts) }}
{%- endmacro %}
