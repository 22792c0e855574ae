-- Of the people of one large segment, how many are in another: the twelve largest that are neither
-- sensitive, nor have values, nor hold nearly everybody.
-- key: segment, other
with

largest as (
    select
        catalog.segment,
        catalog.label,
        sizes.customer_count
    from segment_catalog as catalog
    inner join shown_sizes as sizes
        on catalog.segment = sizes.segment
        and sizes.as_of_date = getvariable('as_of_date')
        and sizes.segment_value = ''
    where
        not catalog.is_sensitive
        and not catalog.is_valued
        and sizes.customer_count > 0
        and sizes.customer_count < 0.7 * (select count(*) from customer_facts)
    order by sizes.customer_count desc, catalog.segment
    limit 12
),

pairs as (
    select segment_a as segment, segment_b as other, customer_count from segment_overlaps
    union all
    select segment_b, segment_a, customer_count from segment_overlaps
)

select
    rows.segment,
    columns.segment as other,
    rows.label,
    columns.label as other_label,
    coalesce(pairs.customer_count, 0) as customer_count,
    coalesce(pairs.customer_count, 0) / rows.customer_count as segment_share
from largest as rows
cross join largest as columns
left join pairs on rows.segment = pairs.segment and columns.segment = pairs.other
where rows.segment <> columns.segment
order by rows.customer_count desc, rows.segment, columns.customer_count desc, columns.segment
