with

history as (
    select * from {{ ref('segment_history') }}
),

exits as (
    select customer_id, segment, segment_value, exited_on as moved_on
    from history
    where exited_cause = 'data'
),

entries as (
    select customer_id, segment, segment_value, entered_on as moved_on
    from history
    where entered_cause = 'data'
),

moves as (
    select
        coalesce(exits.moved_on, entries.moved_on) as as_of_date,
        coalesce(exits.segment, '') as from_segment,
        coalesce(exits.segment_value, '') as from_segment_value,
        coalesce(entries.segment, '') as to_segment,
        coalesce(entries.segment_value, '') as to_segment_value
    from exits
    full outer join entries
        on exits.customer_id = entries.customer_id
        and exits.moved_on = entries.moved_on
)

select
    as_of_date,
    from_segment,
    from_segment_value,
    to_segment,
    to_segment_value,
    count(*) as customer_count
from moves
group by as_of_date, from_segment, from_segment_value, to_segment, to_segment_value
