-- Stays end after they began, say why, and never overlap or touch the next of the same kind.
with

stays as (
    select
        *,
        lead(entered_on) over (
            partition by customer_id, segment, segment_value
            order by entered_on
        ) as next_entered_on
    from {{ ref('segment_history') }}
)

select
    customer_id,
    segment,
    segment_value,
    entered_on
from stays
where
    exited_on <= entered_on
    or entered_on > as_of_date
    or exited_on > as_of_date
    or (exited_on is null) <> (exited_cause is null)
    or coalesce(exited_on, as_of_date) >= next_entered_on
