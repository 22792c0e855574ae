{{ config(severity='warn') }}
-- Warns of files in which every id begins with an apostrophe, as spreadsheets write them, or ends
-- in `.0`, as a column of numbers with gaps is written, while others write them plainly.
with

ids as (
    select * from {{ ref('base_ids') }}
),

plain_tables as (
    select named_table
    from ids
    where id not like '%.0'
    group by named_table
),

written_ids as (
    select
        table_name,
        column_name,
        named_table,
        file_path,
        count(*) as id_count,
        count(case when id like '''%' then 1 end) as apostrophe_count,
        count(case when id like '%.0' then 1 end) as decimal_count
    from ids
    group by table_name, column_name, named_table, file_path
)

select
    written_ids.table_name,
    written_ids.column_name,
    written_ids.file_path,
    case
        when written_ids.apostrophe_count = written_ids.id_count
            then 'every ' || written_ids.column_name || ' of ' || written_ids.table_name || ' in '
                || written_ids.file_path
                || ' begins with an apostrophe: take it off, or they join nothing'
        else 'every ' || written_ids.column_name || ' of ' || written_ids.table_name || ' in '
            || written_ids.file_path
            || ' ends in `.0`: write ids as whole numbers or text, or they join nothing'
    end as finding
from written_ids
where
    written_ids.apostrophe_count = written_ids.id_count
    or (
        written_ids.decimal_count = written_ids.id_count
        and written_ids.named_table in (select named_table from plain_tables)
    )
