{#-
    The tables of Segment and RudderStack that are read. They stand here once more since dbt learns while it
    parses which tables a model reads.
-#}
{% macro tracking_tables() %}
    {{ return([
        'identifies', 'pages', 'screens', 'tracks', 'product_list_viewed', 'product_clicked',
        'product_viewed', 'products_searched', 'product_added', 'product_removed',
        'product_added_to_wishlist', 'product_shared', 'cart_viewed', 'checkout_started',
        'payment_info_entered', 'order_completed', 'signed_up', 'signed_in',
    ]) }}
{% endmacro %}
