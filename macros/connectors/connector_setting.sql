{#- The environment variable of a connector: that of `shopify:eu` for DIR is SEGMENTRY_SHOPIFY_EU_DIR. -#}
{% macro connector_setting(connector, name) %}
    {{ return('SEGMENTRY_' ~ modules.re.sub('[^A-Z0-9]', '_', connector | upper) ~ '_' ~ name) }}
{% endmacro %}
