{#- The system of a connector: that of `shopify:eu` is `shopify`. -#}
{% macro system_of(connector) %}
    {{ return(connector.split(':')[0]) }}
{% endmacro %}
