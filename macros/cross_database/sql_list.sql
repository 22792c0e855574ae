{#- A list of texts as an SQL list in brackets. -#}
{% macro sql_list(values) -%}
    (
    {%- for value in values -%}
        {{ sql_text(value) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
    )
{%- endmacro %}
