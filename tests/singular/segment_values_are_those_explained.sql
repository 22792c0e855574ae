-- A segment that explains its values has no other.
with

memberships as (
    select * from {{ ref('segment_memberships') }}
),

explained_values as (
    select * from {{ ref('segment_values') }}
)

select
    memberships.segment,
    memberships.segment_value,
    count(*) as row_count
from memberships
inner join (select segment from explained_values group by segment) as explained
    on memberships.segment = explained.segment
left join explained_values
    on memberships.segment = explained_values.segment
    and memberships.segment_value = explained_values.segment_value
where explained_values.segment is null
group by memberships.segment, memberships.segment_value
