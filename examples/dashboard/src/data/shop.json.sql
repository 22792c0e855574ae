-- The shop on one row: as of when, in which currency, how many and how much.
select
    everybody.as_of_date,
    json_extract_string(manifest.json, '$.build_id') as build_id,
    coalesce(json_extract_string(manifest.json, '$.settings.reporting_currency'), '') as currency,
    everybody.customer_count,
    (select count(*) from customer_facts where order_count > 0) as buyer_count,
    everybody.subscriber_count,
    everybody.net_revenue,
    everybody.average_order_value,
    everybody.repeat_purchase_rate,
    everybody.visitor_count_last_90_days,
    everybody.conversion_rate,
    everybody.add_to_cart_rate,
    everybody.cart_abandonment_rate,
    (
        select coalesce(sum(net_revenue), 0)
        from orders
        where is_valid and ordered_on > as_of_date - 365
    ) as net_revenue_last_365_days,
    (
        select count(*)
        from orders
        where is_valid and ordered_on > as_of_date - 365
    ) as order_count_last_365_days
from segment_metrics as everybody
cross join read_json_objects(getvariable('version') || '/manifest.json') as manifest
where everybody.segment = ''
