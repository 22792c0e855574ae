{{ config(severity='warn') }}
-- Warns of every reason for which rows of a raw table were rejected, with their number. Older
-- versions of a row are no reason to warn.
select
    table_name,
    reason,
    count(*) as rejected_row_count,
    table_name || ': ' || count(*) || ' rejected as ' || reason || '.' as finding
from {{ ref('rejected_rows') }}
where reason <> 'duplicate key'
group by table_name, reason
order by rejected_row_count desc, table_name asc, reason asc
