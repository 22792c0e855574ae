with

read_rows as (
    {{ read_contract_rows('products', source('raw', 'products')) }}
),

{{ resolve_rows('products', 'read_rows') }}
