with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('customers', landed_rows('customers')) }}
),

{{ resolve_rows('customers', 'read_rows') }}
