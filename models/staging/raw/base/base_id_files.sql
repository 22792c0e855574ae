with

raw_ids as (
    {{ raw_ids() }}
)

select
    table_name,
    column_name,
    named_table,
    file_path,
    count(*) as row_count,
    count(case when id like '''%' then 1 end) as apostrophe_row_count,
    count(case when id like '%.0' then 1 end) as decimal_row_count
from raw_ids
where id is not null
group by table_name, column_name, named_table, file_path
