with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('surveys', landed_rows('surveys')) }}
),

{{ resolve_rows('surveys', 'read_rows') }}
