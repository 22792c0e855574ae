{#- The columns of a raw row as text in one struct, without addresses where none may be shown. -#}
{% macro raw_row(table) -%}
    {%- set texts = {} -%}
    {%- for column in table.columns -%}
        {%- set text = read_text('source_rows.' ~ column.name) -%}
        {%- do texts.update({column.name: without_addresses(text) if column.is_shown else text}) -%}
    {%- endfor -%}
    {{ row_struct(texts) }}
{%- endmacro %}
