-- The values of segments that have some.
-- key: segment, segment_value
select
    sizes.segment,
    sizes.segment_value,
    meanings.meaning,
    sizes.is_hidden,
    sizes.customer_count,
    sizes.customer_count / nullif(totals.customer_count, 0) as segment_share,
    sizes.net_revenue,
    sizes.reach_count,
    sizes.entered_count,
    sizes.left_count
from shown_sizes as sizes
inner join segment_catalog as catalog on sizes.segment = catalog.segment
left join shown_sizes as totals
    on sizes.segment = totals.segment
    and sizes.as_of_date = totals.as_of_date
    and totals.segment_value = '*'
left join segment_values as meanings
    on sizes.segment = meanings.segment
    and sizes.segment_value = meanings.segment_value
where
    sizes.as_of_date = getvariable('as_of_date')
    and catalog.is_valued
    and sizes.segment_value not in ('', '*')
    and (sizes.is_hidden or sizes.customer_count > 0 or sizes.left_count > 0)
order by sizes.segment, sizes.customer_count desc nulls last, sizes.segment_value
