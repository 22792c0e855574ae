{{ config(materialized='view') }}

with

read_rows as (
    {{ read_contract_rows('events', source('raw', 'events')) }}
)

select
    {{ contract_columns('events', 'read_rows') }},
    1 as copies,
    read_rows.contract_reason as reject_reason
from read_rows
where not exists (
    select 1
    from {{ ref('base_event_repeats') }} as repeats
    where
        repeats.source_system = read_rows.source_system
        and {{ is_same('repeats.event_id', 'read_rows.event_id') }}
)

union all

select * from {{ ref('base_event_repeats') }}
