with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('order_lines', landed_rows('order_lines')) }}
),

resolved_rows as (
    with {{ resolve_rows('order_lines', 'read_rows') }}
),

{{ check_order('order_lines', 'resolved_rows', ref('base_orders')) }}
