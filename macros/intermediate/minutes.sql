{#- Microseconds as minutes. -#}
{% macro minutes(microseconds) -%}
    cast({{ microseconds }} as {{ type_double() }}) / 60000000
{%- endmacro %}
