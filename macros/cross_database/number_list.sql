{#- A list of floating-point numbers. -#}
{% macro number_list(expressions) -%}
    {{ return(adapter.dispatch('number_list', 'segmentry')(expressions)) }}
{%- endmacro %}

{% macro duckdb__number_list(expressions) -%}
    cast([{{ expressions | join(', ') }}] as double[])
{%- endmacro %}
