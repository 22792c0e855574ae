{{ config(materialized='by_file', files='base_event_files') }}
-- depends_on: {{ ref('base_event_files') }}
with

events as {{ not_materialized() }} (
    select
        events.*,
        {{ shop_date('events.occurred_at', var('shop_timezone')) }} as occurred_on
    from {{ ref('stg_events') }} as events
    where {{ of_these_files('events.file_path') }}
),

{{ event_days('events', var('session_gap_minutes')) }}
