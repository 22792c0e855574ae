{#-
    The names of the raw tables. While dbt parses, when it learns which models a model reads, it does not
    know the sources yet, so the names stand here once more.
-#}
{% macro raw_table_names() %}
    {{ return([
        'customers', 'products', 'orders', 'order_lines', 'refunds', 'events', 'surveys',
        'email_events', 'consent_events', 'marketing_spend', 'exchange_rates',
    ]) }}
{% endmacro %}
