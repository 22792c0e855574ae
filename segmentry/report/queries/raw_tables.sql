-- Rows that came in, and rows that can't be used.
-- key: connector, table_name
select
    connector,
    table_name,
    raw_row_count,
    staged_row_count,
    rejected_row_count,
    duplicate_key_count,
    left_out_row_count
from raw_row_counts
order by connector, table_name
