{#- What identifies an order, as one value: its source system and its id. -#}
{% macro order_key(orders) -%}
    {{ row_struct({
        'source_system': orders ~ '.source_system', 'order_id': orders ~ '.order_id'
    }) }}
{%- endmacro %}
