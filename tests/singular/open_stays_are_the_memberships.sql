-- Who is in a segment has an open stay and nobody else, unless the build is of an earlier day.
with

open_stays as (
    select history.customer_id, history.segment, history.segment_value
    from {{ ref('segment_history') }} as history
    cross join {{ ref('int_history_base') }} as base
    where history.exited_on is null and not base.is_earlier_day
),

memberships as (
    select memberships.customer_id, memberships.segment, memberships.segment_value
    from {{ ref('segment_memberships') }} as memberships
    cross join {{ ref('int_history_base') }} as base
    where not base.is_earlier_day
)

select
    coalesce(open_stays.customer_id, memberships.customer_id) as customer_id,
    coalesce(open_stays.segment, memberships.segment) as segment,
    coalesce(open_stays.segment_value, memberships.segment_value) as segment_value
from open_stays
full outer join memberships
    on open_stays.customer_id = memberships.customer_id
    and open_stays.segment = memberships.segment
    and open_stays.segment_value = memberships.segment_value
where open_stays.customer_id is null or memberships.customer_id is null
