-- The figures of each segment beside those of the shop; a sensitive group of few people shows none, and a
-- sensitive segment no rate of people, from which a few of them would follow.
-- key: segment
select
    metrics.segment,
    metrics.order_count,
    cast(metrics.average_order_value as decimal(18, 2)) as average_order_value,
    cast(metrics.net_revenue / nullif(metrics.customer_count, 0) as decimal(18, 2)) as net_revenue_per_customer,
    case when not coalesce(catalog.is_sensitive, false) then metrics.repeat_purchase_rate end as repeat_purchase_rate,
    metrics.coupon_order_share,
    case when not coalesce(catalog.is_sensitive, false) then metrics.conversion_rate end as conversion_rate,
    metrics.add_to_cart_rate,
    metrics.cart_abandonment_rate,
    coalesce(sizes.reach_count, case when metrics.segment = '' then metrics.subscriber_count end)
    / nullif(metrics.customer_count, 0) as reach_share
from segment_metrics as metrics
left join segment_catalog as catalog on metrics.segment = catalog.segment
left join shown_sizes as sizes
    on metrics.segment = sizes.segment
    and metrics.segment_value = sizes.segment_value
    and sizes.as_of_date = getvariable('as_of_date')
where
    metrics.segment_value in ('', '*')
    and not coalesce(sizes.is_hidden, catalog.is_sensitive, false)
qualify row_number() over (partition by metrics.segment order by metrics.segment_value desc) = 1
order by metrics.segment
