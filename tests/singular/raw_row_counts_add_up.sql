-- Every raw row is staged, rejected or an exact duplicate of one that is.
select
    connector,
    table_name,
    raw_row_count,
    staged_row_count,
    rejected_row_count,
    exact_duplicate_count
from {{ ref('raw_row_counts') }}
where
    raw_row_count is null
    or raw_row_count <> staged_row_count + rejected_row_count + exact_duplicate_count
