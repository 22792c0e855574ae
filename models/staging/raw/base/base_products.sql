with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('products', source('raw', 'products')) }}
),

{{ resolve_rows('products', 'read_rows') }}
