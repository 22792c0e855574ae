-- To the cent: segment '' is the sum of all customers, as is each exclusive group that holds all.
with

metrics as (
    select * from {{ ref('segment_metrics') }}
),

catalog as (
    select * from {{ ref('segment_catalog') }}
    where exclusive_group <> ''
),

customers as (
    select
        count(*) as customer_count,
        coalesce(sum(net_revenue), 0) as net_revenue,
        coalesce(sum(order_count), 0) as order_count,
        count(case when is_email_subscriber then 1 end) as subscriber_count
    from {{ ref('customer_facts') }}
),

sums as (
    select
        '' as exclusive_group,
        metrics.customer_count,
        metrics.net_revenue,
        metrics.order_count,
        metrics.subscriber_count
    from metrics
    where metrics.segment = ''

    union all

    select
        catalog.exclusive_group,
        sum(metrics.customer_count) as customer_count,
        sum(metrics.net_revenue) as net_revenue,
        sum(metrics.order_count) as order_count,
        sum(metrics.subscriber_count) as subscriber_count
    from metrics
    inner join catalog on metrics.segment = catalog.segment
    where metrics.segment_value <> '*'
    group by catalog.exclusive_group
)

select
    sums.exclusive_group,
    sums.customer_count,
    customers.customer_count as customer_count_of_facts,
    sums.net_revenue,
    customers.net_revenue as net_revenue_of_facts,
    sums.order_count,
    customers.order_count as order_count_of_facts,
    sums.subscriber_count,
    customers.subscriber_count as subscriber_count_of_facts
from sums
cross join customers
where
    -- Everyone is somewhere, if only in an unknown country.
    (
        sums.exclusive_group in ('', 'locations')
        and sums.customer_count <> customers.customer_count
    )
    or (
        sums.customer_count = customers.customer_count
        and (
            sums.net_revenue <> customers.net_revenue
            or sums.order_count <> customers.order_count
            or sums.subscriber_count <> customers.subscriber_count
        )
    )
