{#- An aggregate that is the same text for the same rows, in whatever order they come. -#}
{% macro digest_of_rows(columns) -%}
    {{ return(adapter.dispatch('digest_of_rows', 'segmentry')(columns)) }}
{%- endmacro %}

{% macro duckdb__digest_of_rows(columns) -%}
    cast(sum(hash({{ columns | join(', ') }})) as varchar)
{%- endmacro %}
