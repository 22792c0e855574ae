with

read_rows as (
    {{ read_contract_rows('events', source('raw', 'events')) }}
),

repeated_keys as (
    select
        source_system,
        event_id
    from read_rows
    group by source_system, event_id
    having count(*) > 1
),

repeated_rows as (
    select read_rows.*
    from read_rows
    inner join repeated_keys
        on read_rows.source_system = repeated_keys.source_system
        and {{ is_same('read_rows.event_id', 'repeated_keys.event_id') }}
)

{{ rank_versions('events', 'repeated_rows') }}
