{#- A UTC timestamp as text in the form of ISO 8601, to the second. -#}
{% macro utc_text(timestamp) -%}
    {{ return(adapter.dispatch('utc_text', 'segmentry')(timestamp)) }}
{%- endmacro %}

{% macro duckdb__utc_text(timestamp) -%}
    strftime({{ timestamp }}, '%Y-%m-%dT%H:%M:%SZ')
{%- endmacro %}
