{#- A text of Google Analytics, null where it says that there is none. -#}
{% macro named(text) -%}
    nullif(nullif({{ text }}, ''), '(not set)')
{%- endmacro %}
