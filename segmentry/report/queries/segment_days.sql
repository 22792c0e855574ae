-- How large each segment was: on each day of the last two weeks that is known, and on the last day of each
-- month before, for two years. A rule is new on a day when its definition is not that of the published day
-- before.
-- key: segment, day
with

days as (
    select
        segment,
        as_of_date as day,
        customer_count,
        entered_count,
        left_count,
        reach_count,
        net_revenue,
        is_replayed,
        not is_replayed and coalesce(
            definition <> lag(definition) over (partition by segment, is_replayed order by as_of_date), false
        ) as is_new_rule
    from shown_sizes
    where segment_value in ('', '*')
)

select * from days
where day > getvariable('as_of_date') - interval 24 month
qualify
    is_new_rule
    or day > getvariable('as_of_date') - 14
    or day = max(day) over (partition by segment, date_trunc('month', day))
order by segment, day
