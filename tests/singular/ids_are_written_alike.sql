{{ config(severity='warn') }}
-- Warns of files in which every id begins with an apostrophe, as spreadsheets write them, or ends
-- in `.0`, as a column of numbers with gaps is written, while others write them plainly.
with

written_ids as (
    select * from {{ ref('base_id_files') }}
),

plain_tables as (
    select named_table
    from written_ids
    where decimal_row_count < row_count
    group by named_table
)

select
    written_ids.table_name,
    written_ids.column_name,
    written_ids.file_path,
    case
        when written_ids.apostrophe_row_count = written_ids.row_count
            then 'every ' || written_ids.column_name || ' of ' || written_ids.table_name || ' in '
                || written_ids.file_path
                || ' begins with an apostrophe: take it off, or they join nothing'
        else 'every ' || written_ids.column_name || ' of ' || written_ids.table_name || ' in '
            || written_ids.file_path
            || ' ends in `.0`: write ids as whole numbers or text, or they join nothing'
    end as finding
from written_ids
where
    written_ids.apostrophe_row_count = written_ids.row_count
    or (
        written_ids.decimal_row_count = written_ids.row_count
        and written_ids.named_table in (select named_table from plain_tables)
    )
