with

memberships as (
    select * from {{ ref('segment_memberships') }}
),

-- Whoever holds several values of a segment is in it once.
members as (
    select
        segment,
        customer_id,
        as_of_date
    from memberships
    group by segment, customer_id, as_of_date
),

sizes as (
    select
        segment,
        count(*) as customer_count
    from members
    group by segment
),

pairs as (
    select
        members.segment as segment_a,
        other_members.segment as segment_b,
        members.as_of_date,
        count(*) as customer_count
    from members
    inner join members as other_members
        on members.customer_id = other_members.customer_id
        and members.segment < other_members.segment
    group by members.segment, other_members.segment, members.as_of_date
)

select
    pairs.segment_a,
    pairs.segment_b,
    pairs.as_of_date,
    pairs.customer_count,
    sizes_a.customer_count as segment_a_customer_count,
    sizes_b.customer_count as segment_b_customer_count,
    {{ share('pairs.customer_count', 'least(sizes_a.customer_count, sizes_b.customer_count)') }}
        as share_of_smaller
from pairs
inner join sizes as sizes_a on pairs.segment_a = sizes_a.segment
inner join sizes as sizes_b on pairs.segment_b = sizes_b.segment
