{{ config(materialized='view') }}
{%- set keys = key_columns(raw_table('events')) if execute else ['event_id'] %}

with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('events', landed_rows('events')) }}
),

exceptions as (
    select * from {{ ref('base_event_exceptions') }}
),

exceptional_keys as (
    select {{ key_hash(keys) }} as key_hash
    from exceptions
    group by {{ key_hash(keys) }}
)

select
    {{ contract_columns('events', 'read_rows') }},
    read_rows.unreadable_columns,
    read_rows.file_path,
    read_rows.place_in_file,
    1 as copies,
    null as reject_reason
from read_rows
left join exceptional_keys on read_rows.key_hash = exceptional_keys.key_hash
where exceptional_keys.key_hash is null

union all

select
    {{ contract_columns('events', 'exceptions') }},
    exceptions.unreadable_columns,
    exceptions.file_path,
    exceptions.place_in_file,
    exceptions.copies,
    exceptions.reject_reason
from exceptions
