with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('events', landed_rows('events')) }}
),

repeated_keys as (
    select key_hash
    from read_rows
    group by key_hash
    having count(*) > 1
)

select
    read_rows.key_hash,
    read_rows.file_path,
    read_rows.place_in_file
from read_rows
inner join repeated_keys on read_rows.key_hash = repeated_keys.key_hash
