-- One row per segment and each of the ten others in which most of its customers are.
with

pairs as (
    select segment_a as segment, segment_b as other_segment, customer_count
    from segment_overlaps

    union all

    select segment_b as segment, segment_a as other_segment, customer_count
    from segment_overlaps
)

select pairs.segment, others.label, pairs.other_segment, pairs.customer_count
from pairs
inner join segment_catalog as catalog on pairs.segment = catalog.segment
inner join segment_catalog as others on pairs.other_segment = others.segment
where
    not catalog.is_sensitive
    and not others.is_sensitive
    and not others.is_valued
qualify row_number() over (
    partition by pairs.segment order by pairs.customer_count desc, pairs.other_segment
) <= 10
order by pairs.segment, pairs.customer_count desc, pairs.other_segment
