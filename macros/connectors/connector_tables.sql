{#-
    The systems that connectors know, each with the tables of the raw contract that it can fill, from the
    model `<system>__<table>`. They stand here since dbt learns while it parses which models a model reads.
-#}
{% macro connector_tables() %}
    {{ return({
        'shopify': ['customers', 'products', 'orders', 'order_lines', 'refunds', 'events'],
        'shopify_csv': ['customers', 'products', 'orders', 'order_lines', 'refunds'],
        'woocommerce': ['customers', 'products', 'orders', 'order_lines', 'refunds'],
        'klaviyo': ['email_events', 'consent_events', 'events'],
        'ga4': ['events'],
        'segment': ['events'] + (['orders', 'order_lines'] if var('segment_orders') else []),
        'rudderstack': ['events'] + (['orders', 'order_lines'] if var('segment_orders') else []),
    }) }}
{% endmacro %}
