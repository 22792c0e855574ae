select
    segment_flows.as_of_date,
    segment_flows.until_on,
    segment_flows.segment,
    segment_flows.from_value,
    segment_flows.to_value,
    segment_flows.customer_count
from {{ source('replayed', 'segment_flows') }} as segment_flows
