{{ config(materialized='by_file', files='base_event_files') }}
-- depends_on: {{ ref('base_event_files') }}
with

events as (
    select * from {{ ref('stg_events') }} as events
    where events.event_name = 'purchase' and {{ of_these_files('events.file_path') }}
)

select
    file_path,
    source_system,
    anonymous_id,
    account_id,
    email,
    occurred_at,
    count(*) as event_count
from events
group by file_path, source_system, anonymous_id, account_id, email, occurred_at
