-- The shop on the day of the version.
select
    getvariable('as_of_date') as as_of_date,
    (select min(ordered_on) from order_days) as first_order_on,
    (select max(ordered_on) from order_days) as newest_order_on,
    (select count(*) from customer_facts) as customer_count,
    (select count(*) from customer_facts where order_count > 0) as buyer_count,
    (select count(*) from customer_facts where is_email_subscriber) as subscriber_count,
    (select coalesce(sum(net_revenue), 0) from customer_facts) as net_revenue,
    metrics.order_count,
    cast(metrics.average_order_value as decimal(18, 2)) as average_order_value,
    metrics.repeat_purchase_rate,
    metrics.coupon_order_share,
    metrics.conversion_rate,
    metrics.add_to_cart_rate,
    metrics.cart_abandonment_rate
from (select 1) as one
left join segment_metrics as metrics on metrics.segment = ''
