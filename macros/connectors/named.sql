{#- A text of Google Analytics, null where it says that there is none. -#}
{% macro named(text) -%}
    case when {{ text }} not in ('', '(not set)', '(none)', '(direct)', '(not provided)') then {{ text }} end
{%- endmacro %}
