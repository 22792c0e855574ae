{#- A digest of the Python package that the Python models call. -#}
{% macro digest_of_predictions() -%}
    {{ return(adapter.dispatch('digest_of_predictions', 'segmentry')()) }}
{%- endmacro %}

{% macro duckdb__digest_of_predictions() -%}
    {{ return(run_query('select digest_of_predictions()').columns[0][0]) }}
{%- endmacro %}
