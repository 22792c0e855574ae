with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('exchange_rates', landed_rows('exchange_rates')) }}
),

{{ resolve_rows('exchange_rates', 'read_rows') }}
