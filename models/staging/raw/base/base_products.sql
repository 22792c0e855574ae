with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('products', landed_rows('products')) }}
),

{{ resolve_rows('products', 'read_rows') }}
