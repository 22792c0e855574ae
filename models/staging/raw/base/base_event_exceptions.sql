with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('events', landed_rows('events')) }}
),

repeated_keys as (
    select key_hash
    from {{ ref('base_event_repeats') }}
    group by key_hash
),

repeated_rows as (
    select read_rows.*
    from read_rows
    inner join repeated_keys on read_rows.key_hash = repeated_keys.key_hash
)

{{ rank_versions('events', 'repeated_rows') }}

union all

select
    {{ contract_columns('events', 'read_rows') }},
    read_rows.unreadable_columns,
    read_rows.file_path,
    read_rows.place_in_file,
    1 as copies,
    read_rows.contract_reason as reject_reason
from read_rows
left join repeated_keys on read_rows.key_hash = repeated_keys.key_hash
where
    (read_rows.contract_reason is not null or read_rows.unreadable_columns is not null)
    and repeated_keys.key_hash is null
