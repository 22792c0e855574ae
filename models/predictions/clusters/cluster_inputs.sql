with

buyers as (
    select
        *,
        count(*) over () as buyer_count
    from {{ ref('order_facts') }}
    where order_count >= 1 and net_revenue is not null and {{ var('predictions') }}
)

select
    customer_id,
    as_of_date,
    cast(net_revenue as {{ type_double() }}) as net_revenue,
    cast(order_count as {{ type_double() }}) as order_count,
    {{ share('full_price_order_count', 'order_count') }} as full_price_share,
    cast(days_since_last_order as {{ type_double() }}) as days_since_last_order,
    ln(1 + case when net_revenue > 0 then cast(net_revenue as {{ type_double() }}) else 0 end)
        as log_net_revenue,
    ln(cast(order_count as {{ type_double() }})) as log_order_count,
    ln(1 + cast(days_since_last_order as {{ type_double() }})) as log_days_since_last_order
from buyers
where buyer_count >= {{ var('clusters_min_buyers') }}
