with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('consent_events', landed_rows('consent_events')) }}
),

{{ resolve_rows('consent_events', 'read_rows') }}
