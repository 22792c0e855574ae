with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('surveys', source('raw', 'surveys')) }}
),

{{ resolve_rows('surveys', 'read_rows') }}
