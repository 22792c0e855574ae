-- Seen from either side: a segment shares with the others what its members hold besides it.
with

members as (
    select
        segment,
        customer_id
    from {{ ref('segment_memberships') }}
    group by segment, customer_id
),

overlap_sides as (
    select
        segment_a as segment,
        segment_a_customer_count as segment_customer_count,
        customer_count
    from {{ ref('segment_overlaps') }}

    union all

    select
        segment_b as segment,
        segment_b_customer_count as segment_customer_count,
        customer_count
    from {{ ref('segment_overlaps') }}
),

shared as (
    select
        segment,
        min(segment_customer_count) as smallest_customer_count,
        max(segment_customer_count) as greatest_customer_count,
        sum(customer_count) as shared_count
    from overlap_sides
    group by segment
),

member_segments as (
    select
        segment,
        customer_id,
        count(*) over (partition by customer_id) - 1 as other_segment_count
    from members
),

segments as (
    select
        segment,
        count(*) as customer_count,
        sum(other_segment_count) as shared_count
    from member_segments
    group by segment
)

select
    coalesce(segments.segment, shared.segment) as segment,
    segments.customer_count,
    segments.shared_count,
    shared.shared_count as shared_count_of_overlaps
from segments
full outer join shared on segments.segment = shared.segment
where
    segments.segment is null
    or segments.shared_count <> coalesce(shared.shared_count, 0)
    or segments.customer_count <> shared.smallest_customer_count
    or segments.customer_count <> shared.greatest_customer_count
