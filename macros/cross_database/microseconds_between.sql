{#- Whole microseconds from one timestamp to another. -#}
{% macro microseconds_between(start, end) -%}
    {{ return(adapter.dispatch('microseconds_between', 'segmentry')(start, end)) }}
{%- endmacro %}

{% macro duckdb__microseconds_between(start, end) -%}
    epoch_us({{ end }}) - epoch_us({{ start }})
{%- endmacro %}
