with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('refunds', landed_rows('refunds')) }}
),

resolved_rows as (
    with {{ resolve_rows('refunds', 'read_rows') }}
),

{{ check_order('refunds', 'resolved_rows', ref('base_orders')) }}
