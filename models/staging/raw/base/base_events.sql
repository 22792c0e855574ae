{{ config(materialized='view') }}

with

read_rows as (
    {{ read_contract_rows('events', source('raw', 'events')) }}
),

repeated_keys as (
    select
        source_system,
        event_id
    from {{ ref('base_event_repeats') }}
    group by source_system, event_id
)

select
    {{ contract_columns('events', 'read_rows') }},
    read_rows.raw_row,
    read_rows.unreadable_columns,
    1 as copies,
    read_rows.contract_reason as reject_reason
from read_rows
left join repeated_keys
    on read_rows.source_system = repeated_keys.source_system
    and {{ is_same('read_rows.event_id', 'repeated_keys.event_id') }}
where repeated_keys.source_system is null

union all

select * from {{ ref('base_event_repeats') }}
