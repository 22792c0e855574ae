-- Which other segments the people of a segment are in more often than customers at large. Those of
-- sensitive segments are left out.
-- key: segment, companion
with

pairs as (
    select segment_a as segment, segment_b as companion, customer_count,
        segment_a_customer_count as segment_customer_count, segment_b_customer_count as companion_customer_count
    from segment_overlaps

    union all

    select segment_b, segment_a, customer_count, segment_b_customer_count, segment_a_customer_count
    from segment_overlaps
),

plain as (
    select segment, label from segment_catalog
    where not is_sensitive and not is_valued
),

shop as (
    select count(*) as customer_count from customer_facts
),

measured as (
    select
        pairs.segment,
        pairs.companion,
        companions.label,
        pairs.customer_count,
        pairs.customer_count / pairs.segment_customer_count as segment_share,
        pairs.companion_customer_count / shop.customer_count as shop_share,
        pairs.customer_count * shop.customer_count
        / (pairs.segment_customer_count * pairs.companion_customer_count) as times_as_often
    from pairs
    inner join segment_catalog as catalog
        on pairs.segment = catalog.segment
        and not catalog.is_sensitive
    inner join plain as companions on pairs.companion = companions.segment
    cross join shop
    where pairs.customer_count >= 5
)

select *
from measured
where segment_share >= 0.1 and times_as_often > 1.05
qualify row_number() over (
    partition by segment
    order by times_as_often desc, customer_count desc, companion
) <= 6
order by segment, times_as_often desc, customer_count desc, companion
