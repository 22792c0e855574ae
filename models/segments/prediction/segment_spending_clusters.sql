{%- set full_price_share = share('orders.full_price_order_count', 'orders.order_count') -%}

with

clusters as (
    select * from {{ ref('customer_clusters') }}
),

orders as (
    select * from {{ ref('order_facts') }}
)

select
    clusters.customer_id,
    'spending_clusters' as segment,
    'cluster ' || clusters.cluster as segment_value,
    clusters.as_of_date,
    orders.last_order_at as evidence_at,
    clusters.cluster_name || ': ' || {{ counted('orders.order_count', 'order') }}
    || ' with ' || {{ amount('orders.net_revenue', var('reporting_currency')) }}
    || ', ' || {{ percentage(full_price_share) }} || ' at full price, the last '
    || {{ counted('orders.days_since_last_order', 'day') }} || ' ago' as reason
from clusters
inner join orders on clusters.customer_id = orders.customer_id
