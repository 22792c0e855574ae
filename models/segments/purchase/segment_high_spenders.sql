with

buyers as (
    select * from {{ ref('order_facts') }}
    where order_count >= 1
),

benchmarks as (
    select
        avg(net_revenue) as average_net_revenue,
        {{ percentile('max_order_value', var('high_spenders_large_order_percentile')) }}
            as large_order_value
    from buyers
)

select
    buyers.customer_id,
    'high_spenders' as segment,
    '' as segment_value,
    buyers.as_of_date,
    buyers.last_order_at as evidence_at,
    'spent ' || {{ amount('buyers.net_revenue', var('reporting_currency')) }} || ' against '
    || {{ amount('benchmarks.average_net_revenue', var('reporting_currency')) }} || ' on average, '
    || case
        when buyers.max_order_value >= benchmarks.large_order_value
            then 'by a large order of '
                || {{ amount('buyers.max_order_value', var('reporting_currency')) }}
        when buyers.order_count >= {{ var('high_spenders_frequent_min_orders') }}
            then 'by frequency: ' || buyers.order_count || ' orders'
        else 'by its amount'
    end as reason
from buyers
cross join benchmarks
where
    buyers.net_revenue
    > {{ var('high_spenders_mean_multiple') }} * benchmarks.average_net_revenue
