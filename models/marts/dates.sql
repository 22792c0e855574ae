{%- set days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] -%}
{%- set months = [
    'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
    'November', 'December',
] -%}
with

as_of as (
    select * from {{ ref('int_as_of') }}
),

weeks as (
    select
        date_day,
        cast({{ dbt.date_trunc('week', 'date_day') }} as date) as week_start,
        -- The year of a week is that of its Thursday.
        cast({{ dbt.date_trunc('week', 'date_day') }} as date) + 3 as thursday
    from {{ ref('int_calendar_days') }}
),

sales as (
    select * from {{ ref('sale_calendar') }}
),

sale_days as (
    select weeks.date_day
    from weeks
    inner join sales on weeks.date_day between sales.starts_on and sales.ends_on
    group by weeks.date_day
)

select
    weeks.date_day,
    cast(extract(year from weeks.date_day) as integer) as year,
    cast(extract(quarter from weeks.date_day) as integer) as quarter,
    cast(extract(month from weeks.date_day) as integer) as month,
    {{ month_of('weeks.date_day') }} as year_month,
    {{ name_of('extract(month from weeks.date_day)', months) }} as month_name,
    cast({{ dbt.date_trunc('month', 'weeks.date_day') }} as date) as month_start,
    cast(extract(year from weeks.thursday) as integer) as iso_year,
    cast(
        floor((weeks.thursday - cast({{ dbt.date_trunc('year', 'weeks.thursday') }} as date)) / 7)
        as integer
    ) + 1 as iso_week,
    weeks.week_start,
    cast(extract(day from weeks.date_day) as integer) as day_of_month,
    cast(weeks.date_day - weeks.week_start as integer) + 1 as day_of_week,
    {{ name_of('weeks.date_day - weeks.week_start + 1', days) }} as day_name,
    weeks.date_day - weeks.week_start >= 5 as is_weekend,
    {% for number in [30, 90, 365] -%}
    weeks.date_day > as_of.as_of_date - {{ number }}
    and weeks.date_day <= as_of.as_of_date as is_in_last_{{ number }}_days,
    {% endfor -%}
    sale_days.date_day is not null as is_sale_day
from weeks
cross join as_of
left join sale_days on weeks.date_day = sale_days.date_day
