{#- The least of several values, nulls aside; null when all are. -#}
{% macro least_of(values) -%}
    {{ return(adapter.dispatch('least_of', 'segmentry')(values)) }}
{%- endmacro %}

{% macro duckdb__least_of(values) -%}
    least({{ values | join(', ') }})
{%- endmacro %}
