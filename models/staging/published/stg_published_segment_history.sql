select
    segment_history.build_id,
    segment_history.customer_id,
    segment_history.segment,
    segment_history.segment_value,
    segment_history.entered_cause,
    segment_history.exited_cause,
    segment_history.entered_on,
    segment_history.exited_on,
    segment_history.as_of_date
from {{ source('published', 'segment_history') }} as segment_history
