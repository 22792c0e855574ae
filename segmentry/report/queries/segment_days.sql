-- How large each segment was on every day that is known. A rule is new on a day when its definition is
-- not that of the published day before.
-- key: segment, day
select
    segment,
    as_of_date as day,
    customer_count,
    entered_count,
    left_count,
    reach_count,
    net_revenue,
    is_replayed,
    not is_replayed
    and coalesce(
        definition <> lag(definition) over (partition by segment, is_replayed order by as_of_date), false
    ) as is_new_rule
from shown_sizes
where segment_value in ('', '*')
order by segment, day
