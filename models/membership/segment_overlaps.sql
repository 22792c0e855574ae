with

memberships as (
    select * from {{ ref('segment_memberships') }}
),

-- Numbers, because pairs of names would take several times as long to count.
segments as (
    select
        segment,
        as_of_date,
        count(distinct customer_id) as customer_count,
        row_number() over (order by segment) as segment_number
    from memberships
    group by segment, as_of_date
),

-- Whoever holds several values of a segment is in it once.
members as (
    select
        segments.segment_number,
        memberships.customer_id
    from memberships
    inner join segments on memberships.segment = segments.segment
    group by segments.segment_number, memberships.customer_id
),

pairs as (
    select
        members.segment_number as segment_number_a,
        other_members.segment_number as segment_number_b,
        count(*) as customer_count
    from members
    inner join members as other_members
        on members.customer_id = other_members.customer_id
        and members.segment_number < other_members.segment_number
    group by members.segment_number, other_members.segment_number
)

select
    segments_a.segment as segment_a,
    segments_b.segment as segment_b,
    segments_a.as_of_date,
    pairs.customer_count,
    segments_a.customer_count as segment_a_customer_count,
    segments_b.customer_count as segment_b_customer_count,
    {{ share(
        'pairs.customer_count', 'least(segments_a.customer_count, segments_b.customer_count)'
    ) }} as share_of_smaller
from pairs
inner join segments as segments_a on pairs.segment_number_a = segments_a.segment_number
inner join segments as segments_b on pairs.segment_number_b = segments_b.segment_number
