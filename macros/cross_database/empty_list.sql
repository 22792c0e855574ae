{#- A list of texts that holds none. -#}
{% macro empty_list() -%}
    {{ return(adapter.dispatch('empty_list', 'segmentry')()) }}
{%- endmacro %}

{% macro duckdb__empty_list() -%}
    cast([] as varchar[])
{%- endmacro %}
