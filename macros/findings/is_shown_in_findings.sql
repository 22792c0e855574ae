{#- Whether a column of a failed data test may be shown: ids, names of tables and counts, no more. -#}
{% macro is_shown_in_findings(column) %}
    {{ return(
        column in [
            'customer_id', 'segment', 'table_name', 'relation_name', 'column_name', 'order_id',
            'line_number', 'refund_id', 'event_id', 'response_id', 'consent_id', 'product_id',
            'exclusive_group', 'problem', 'month', 'as_of_date',
        ]
        or column.endswith('_count')
    ) }}
{% endmacro %}
