with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('email_events', landed_rows('email_events')) }}
),

{{ resolve_rows('email_events', 'read_rows') }}
