{#- A select of the integers 0 to count - 1 as `number`. -#}
{% macro numbers_below(count) -%}
    {{ return(adapter.dispatch('numbers_below', 'segmentry')(count)) }}
{%- endmacro %}

{% macro duckdb__numbers_below(count) -%}
    select range as number from range({{ count }})
{%- endmacro %}
