select
    segment_sizes.as_of_date,
    segment_sizes.segment,
    segment_sizes.segment_value,
    segment_sizes.customer_count,
    segment_sizes.entered_count,
    segment_sizes.left_count,
    segment_sizes.reach_count,
    segment_sizes.net_revenue,
    segment_sizes.definition
from {{ source('replayed', 'segment_sizes') }} as segment_sizes
