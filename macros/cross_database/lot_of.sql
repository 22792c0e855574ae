{#- The number from 0 to below 1 that a person draws in an experiment, under the secret of the syncs. -#}
{% macro lot_of(experiment, customer_id) -%}
    {{ return(adapter.dispatch('lot_of', 'segmentry')(experiment, customer_id)) }}
{%- endmacro %}

{% macro duckdb__lot_of(experiment, customer_id) -%}
    lot_of({{ experiment }}, {{ customer_id }})
{%- endmacro %}
