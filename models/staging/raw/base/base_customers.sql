with

read_rows as (
    {{ read_contract_rows('customers', source('raw', 'customers')) }}
),

{{ resolve_rows('customers', 'read_rows') }}
