-- Who came and went, and why: on the day of the version, and in the days before it since the first
-- published one, on which everybody entered. Whoever left one value for another changed value; who came and
-- went twice moved twice. Nothing is said of sensitive segments: small numbers would follow from others.
-- key: segment, days, way, cause
with

days as (
    select unnest([1, 30, 365]) as days
),

moves as (
    select segment, customer_id, entered_on as moved_on, 'entered' as way, entered_cause as cause
    from segment_history
    where entered_on > getvariable('as_of_date') - 365
        and entered_on > (select min(entered_on) from segment_history)

    union all

    select segment, customer_id, exited_on, 'left', exited_cause
    from segment_history
    where exited_on > getvariable('as_of_date') - 365
),

-- Only who moves between values can do both at once.
changes_of_values as (
    select
        moves.segment,
        moves.moved_on,
        moves.cause,
        case when count(distinct moves.way) = 2 then 'changed value' else min(moves.way) end as way
    from moves
    inner join segment_catalog as catalog on moves.segment = catalog.segment and catalog.is_valued
    group by moves.segment, moves.customer_id, moves.moved_on, moves.cause
),

changes as (
    select segment, moved_on, way, cause, count(*) as move_count
    from changes_of_values
    group by all

    union all

    select moves.segment, moves.moved_on, moves.way, moves.cause, count(*)
    from moves
    inner join segment_catalog as catalog on moves.segment = catalog.segment and not catalog.is_valued
    group by all
)

select
    changes.segment,
    days.days,
    changes.way,
    changes.cause,
    cast(sum(changes.move_count) as bigint) as move_count
from changes
inner join days on changes.moved_on > getvariable('as_of_date') - days.days
inner join segment_catalog as catalog
    on changes.segment = catalog.segment
    and not catalog.is_sensitive
group by changes.segment, days.days, changes.way, changes.cause
order by changes.segment, days.days, changes.way, changes.cause
