-- Who was in which value on an earlier day, and is in which on a later one: all who are customers then. The
-- earlier days are those nearest to a week, a month, a quarter and a year before: published ones lead to
-- the day of the version, replayed ones, where there is none, to the day on which they were replayed.
-- key: segment, before_on, from_value, to_value
with

spans as (
    select unnest([7, 30, 91, 365]) as days
),

known_days as (
    select distinct
        as_of_date as before_on,
        getvariable('as_of_date') as until_on,
        false as is_replayed
    from shown_sizes
    where not is_replayed and as_of_date < getvariable('as_of_date')

    union all

    select distinct before_on, until_on, true
    from replayed_flows
    where until_on > getvariable('as_of_date') - 31
),

before_days as (
    select distinct known_days.*
    from spans
    inner join known_days
        on known_days.until_on - known_days.before_on between spans.days * 0.6 and spans.days * 1.5
    qualify row_number() over (
        partition by spans.days
        order by
            known_days.is_replayed,
            abs(known_days.until_on - known_days.before_on - spans.days),
            known_days.before_on
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
    inner join before_days on not before_days.is_replayed
    group by all
),

flows as (
    select segment, before_on, from_value, to_value, count(*) as customer_count
    from moves
    where from_value is not null or to_value is not null
    group by all

    union all

    select flows.segment, flows.before_on, flows.from_value, flows.to_value, flows.customer_count
    from replayed_flows as flows
    inner join before_days
        on flows.before_on = before_days.before_on
        and before_days.is_replayed
    where flows.segment in ('journey_stages', 'rfm_groups', 'value_tiers')
)

select
    flows.segment,
    flows.before_on,
    coalesce(flows.from_value, 'not in it') as from_value,
    coalesce(flows.to_value, 'not in it') as to_value,
    flows.customer_count,
    before_days.until_on,
    before_days.is_replayed
from flows
inner join before_days on flows.before_on = before_days.before_on
order by flows.segment, flows.before_on desc, from_value, to_value
