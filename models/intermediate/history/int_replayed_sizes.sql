with

base as (
    select * from {{ ref('int_history_base') }}
),

known_days as (
    select as_of.as_of_date
    from {{ ref('int_as_of') }} as as_of
    inner join base on not base.is_earlier_day

    union

    select as_of_date
    from {{ ref('int_published_sizes') }}
),

last_day as (
    select max(as_of_date) as as_of_date
    from known_days
),

sizes as (
    select * from {{ ref('stg_replayed_segment_sizes') }}
)

select
    sizes.as_of_date,
    sizes.segment,
    sizes.segment_value,
    sizes.customer_count,
    sizes.entered_count,
    sizes.left_count,
    sizes.reach_count,
    sizes.net_revenue,
    sizes.definition
from sizes
inner join last_day on sizes.as_of_date < last_day.as_of_date
left join known_days on sizes.as_of_date = known_days.as_of_date
where known_days.as_of_date is null
