{#- A struct as JSON text, its nulls left in. -#}
{% macro as_json(struct) -%}
    {{ return(adapter.dispatch('as_json', 'segmentry')(struct)) }}
{%- endmacro %}

{% macro duckdb__as_json(struct) -%}
    cast(to_json({{ struct }}) as varchar)
{%- endmacro %}
