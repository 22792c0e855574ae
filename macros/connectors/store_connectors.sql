{#- The connectors that are on of systems that shops sell with, which issue the ids of orders. -#}
{% macro store_connectors() %}
    {%- set stores = [] -%}
    {%- for connector in connectors() if 'orders' in connector_tables()[system_of(connector)] -%}
        {%- if system_of(connector) not in ['segment', 'rudderstack'] -%}
            {%- do stores.append(connector) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(stores) }}
{% endmacro %}
