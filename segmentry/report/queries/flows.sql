-- Who was in which value on an earlier day, and is in which on the day of the version: all who are
-- customers now. The days are those published nearest to a week, a month, a quarter and a year before.
-- key: segment, before_on, from_value, to_value
with

spans as (
    select unnest([7, 30, 91, 365]) as days
),

published_days as (
    select distinct as_of_date from shown_sizes
    where not is_replayed and as_of_date < getvariable('as_of_date')
),

before_days as (
    select distinct published_days.as_of_date as before_on
    from spans
    inner join published_days
        on getvariable('as_of_date') - published_days.as_of_date between spans.days * 0.6 and spans.days * 1.5
    qualify row_number() over (
        partition by spans.days
        order by abs(getvariable('as_of_date') - published_days.as_of_date - spans.days), published_days.as_of_date
    ) = 1
),

stays as (
    select * from segment_history
    where segment in ('journey_stages', 'rfm_groups', 'value_tiers')
),

moves as (
    select
        stays.segment,
        before_days.before_on,
        stays.customer_id,
        max(case when stays.entered_on <= before_days.before_on
            and (stays.exited_on is null or stays.exited_on > before_days.before_on)
            then stays.segment_value end) as from_value,
        max(case when stays.exited_on is null then stays.segment_value end) as to_value
    from stays
    cross join before_days
    group by all
)

select
    segment,
    before_on,
    coalesce(from_value, 'not in it') as from_value,
    coalesce(to_value, 'not in it') as to_value,
    count(*) as customer_count
from moves
where from_value is not null or to_value is not null
group by all
order by segment, before_on desc, from_value, to_value
