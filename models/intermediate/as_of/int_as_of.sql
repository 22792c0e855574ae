{#- Not while dbt reads the project, which another day or raw folder does not change. -#}
{%- set setting = as_of_setting(var('as_of', none), var('demo_as_of')) if execute else {} -%}
{%- set named_day = "cast('" ~ (setting.date or setting.timestamp) ~ "' as date)" -%}
with

quarter_hours as (
    select
        cast({{ named_day }} as timestamp)
        + (numbers.number - 24 * 4 * 367) * interval '15' minute as instant
    from ({{ numbers_below(24 * 4 * 370) }}) as numbers
),

-- A day starts at its first instant, which is not always midnight.
days as (
    select
        {{ shop_date('instant', var('shop_timezone')) }} as day,
        min(instant) as starts_at
    from quarter_hours
    group by day
),

moment as (
    {% if setting.date -%}
    select min(starts_at) as as_of
    from days
    where day > {{ named_day }}
    {%- else -%}
    select cast('{{ setting.timestamp }}' as timestamp) as as_of
    {%- endif %}
),

dated_moment as (
    select
        as_of,
        {{ shop_date("(as_of - interval '1' microsecond)", var('shop_timezone')) }} as as_of_date
    from moment
)

select
    dated_moment.as_of_date,
    dated_moment.as_of,
    min(case when days.day > dated_moment.as_of_date - 30 then days.starts_at end)
        as last_30_days_from,
    min(case when days.day > dated_moment.as_of_date - 90 then days.starts_at end)
        as last_90_days_from,
    min(case when days.day > dated_moment.as_of_date - 365 then days.starts_at end)
        as last_365_days_from
from dated_moment
cross join days
group by dated_moment.as_of_date, dated_moment.as_of
