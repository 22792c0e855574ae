with

raw_ids as (
    {{ raw_ids() }}
)

select
    table_name,
    column_name,
    named_table,
    source_system,
    id,
    count(*) as row_count
from raw_ids
where id is not null
group by table_name, column_name, named_table, source_system, id
