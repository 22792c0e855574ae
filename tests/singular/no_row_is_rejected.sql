{{ config(severity='warn') }}
-- Warns of every reason for which rows of a raw table were rejected, with their number.
select
    table_name,
    reason,
    count(*) as rejected_row_count
from {{ ref('rejected_rows') }}
group by table_name, reason
