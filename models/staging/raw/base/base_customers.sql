with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('customers', source('raw', 'customers')) }}
),

{{ resolve_rows('customers', 'read_rows') }}
