{#- The latest of several timestamps, nulls aside; null when all are. -#}
{% macro latest_of(timestamps) -%}
    {{ return(adapter.dispatch('latest_of', 'segmentry')(timestamps)) }}
{%- endmacro %}

{% macro duckdb__latest_of(timestamps) -%}
    greatest({{ timestamps | join(', ') }})
{%- endmacro %}
