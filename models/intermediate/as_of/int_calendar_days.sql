with

as_of as (
    select * from {{ ref('int_as_of') }}
),

first_days as (
    select min(ordered_on) as day from {{ ref('int_orders') }}
    union all
    select min(occurred_on) as day from {{ ref('int_event_days') }}
    union all
    select min(spend_date) as day from {{ ref('int_marketing_spend') }}
),

bounds as (
    select
        as_of.as_of_date,
        cast(
            {{ dbt.date_trunc('year', 'coalesce(min(first_days.day), as_of.as_of_date)') }} as date
        ) as first_day
    from as_of
    cross join first_days
    group by as_of.as_of_date
),

-- Nothing before 1970 is read, so the days of 130 years are enough.
days as (
    select
        bounds.first_day + cast(numbers.number as integer) as date_day,
        bounds.as_of_date
    from ({{ numbers_below(130 * 366) }}) as numbers
    cross join bounds
)

select date_day
from days
where extract(year from date_day) <= extract(year from as_of_date)
