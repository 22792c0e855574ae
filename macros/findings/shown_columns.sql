{#- The columns whose values may be told of a row that breaks a test: ids and names of tables, no more. -#}
{% macro shown_columns() %}
    {{ return([
        'customer_id', 'segment', 'table_name', 'relation_name', 'column_name', 'order_id',
        'line_number', 'refund_id', 'event_id', 'response_id', 'consent_id', 'product_id',
        'exclusive_group', 'problem', 'month', 'as_of_date',
    ]) }}
{% endmacro %}
