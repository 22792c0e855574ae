-- No raw table lost more than `max_rejected_share` of its rows; outdated versions are no loss.
select
    table_name,
    raw_row_count,
    rejected_row_count - duplicate_key_count as lost_row_count
from {{ ref('raw_row_counts') }}
where rejected_row_count - duplicate_key_count > {{ var('max_rejected_share') }} * raw_row_count
