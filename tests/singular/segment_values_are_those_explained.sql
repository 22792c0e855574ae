-- A segment that explains its values has no other.
with

memberships as (
    select * from {{ ref('segment_memberships') }}
),

explanations as (
    select * from {{ ref('segment_values') }}
),

explained_segments as (
    select segment
    from explanations
    group by segment
)

select
    memberships.segment,
    memberships.segment_value,
    count(*) as row_count
from memberships
inner join explained_segments on memberships.segment = explained_segments.segment
left join explanations
    on memberships.segment = explanations.segment
    and memberships.segment_value = explanations.segment_value
where explanations.segment is null
group by memberships.segment, memberships.segment_value
