{#- A text as identifiers are compared: trimmed of ASCII white space and in lower case. -#}
{% macro comparable_text(column) -%}
    lower({{ trimmed(column) }})
{%- endmacro %}
