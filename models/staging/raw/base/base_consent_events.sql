with

read_rows as (
    {{ read_contract_rows('consent_events', source('raw', 'consent_events')) }}
),

{{ resolve_rows('consent_events', 'read_rows') }}
