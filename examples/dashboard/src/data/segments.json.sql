-- One row per segment that says nothing personal: its size today and 30 days before, and its worth.
with

sizes as (
    select segment, as_of_date, customer_count, reach_count, net_revenue
    from segment_sizes
    inner join segment_catalog as catalog using (segment)
    where segment_value = case when catalog.is_valued then '*' else '' end
),

latest as (
    select segment, max(as_of_date) as as_of_date
    from sizes
    group by segment
),

earlier as (
    select segment, arg_max(customer_count, sizes.as_of_date) as customer_count
    from sizes
    inner join (select max(as_of_date) as day from sizes) as today
        on sizes.as_of_date <= today.day - 30
    group by segment
)

select
    catalog.segment,
    catalog.label,
    catalog.family,
    catalog.description,
    catalog.typical_use,
    catalog.is_valued,
    coalesce(sizes.customer_count, 0) as customer_count,
    coalesce(sizes.customer_count, 0) - earlier.customer_count as growth,
    coalesce(sizes.reach_count, 0) as reach_count,
    coalesce(sizes.net_revenue, 0) as net_revenue,
    metrics.customer_share,
    metrics.net_revenue_share,
    metrics.average_order_value,
    metrics.repeat_purchase_rate,
    metrics.coupon_order_share
from segment_catalog as catalog
left join latest on catalog.segment = latest.segment
left join sizes
    on latest.segment = sizes.segment
    and latest.as_of_date = sizes.as_of_date
left join earlier on catalog.segment = earlier.segment
left join segment_metrics as metrics
    on catalog.segment = metrics.segment
    and metrics.segment_value = case when catalog.is_valued then '*' else '' end
where not catalog.is_sensitive
order by catalog.family, customer_count desc, catalog.segment
