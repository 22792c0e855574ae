-- Within an exclusive group of the catalog no customer has two segments or two values.
with

memberships as (
    select * from {{ ref('segment_memberships') }}
),

catalog as (
    select * from {{ ref('segment_catalog') }}
    where exclusive_group <> ''
)

select
    catalog.exclusive_group,
    memberships.customer_id,
    count(*) as membership_count
from memberships
inner join catalog on memberships.segment = catalog.segment
group by catalog.exclusive_group, memberships.customer_id
having count(*) > 1
