with

base as (
    select * from {{ ref('int_history_base') }}
),

as_of as (
    select as_of.as_of_date
    from {{ ref('int_as_of') }} as as_of
    inner join base on not base.is_earlier_day
),

-- Stays that last, or ended today.
stays as (
    select history.*
    from {{ ref('segment_history') }} as history
    inner join as_of on coalesce(history.exited_on, as_of.as_of_date) = as_of.as_of_date
),

places as (
    select customer_id, segment, segment_value, entered_on, exited_on
    from stays

    union all

    select customer_id, segment, '*' as segment_value, entered_on, exited_on
    from stays
    where segment_value <> ''
),

-- Whoever goes from one value to another neither enters the segment nor leaves it.
presences as (
    select
        places.customer_id,
        places.segment,
        places.segment_value,
        count(case when places.entered_on < as_of.as_of_date then 1 end) > 0 as was_in,
        count(case when places.exited_on is null then 1 end) > 0 as is_in
    from places
    cross join as_of
    group by places.customer_id, places.segment, places.segment_value
)

select
    presences.segment,
    presences.segment_value,
    as_of.as_of_date,
    count(case when presences.is_in then 1 end) as entered_count,
    count(case when presences.was_in then 1 end) as left_count
from presences
cross join as_of
where presences.is_in <> presences.was_in
group by presences.segment, presences.segment_value, as_of.as_of_date
