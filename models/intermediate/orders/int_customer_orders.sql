with

orders as (
    select * from {{ ref('int_orders') }}
    where is_valid and customer_id is not null
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

windowed_orders as (
    select
        orders.*,
        as_of.as_of_date,
        orders.ordered_at >= as_of.last_90_days_from as is_in_last_90_days,
        orders.ordered_at >= as_of.last_365_days_from as is_in_last_365_days
    from orders
    cross join as_of
)

select
    customer_id,
    min(ordered_at) as first_order_at,
    max(ordered_at) as last_order_at,
    max(as_of_date) - max(ordered_on) as days_since_last_order,
    count(*) as order_count,
    count(case when is_in_last_90_days then 1 end) as order_count_last_90_days,
    count(case when is_in_last_365_days then 1 end) as order_count_last_365_days,
    count(case when is_discounted then 1 end) as discounted_order_count,
    count(case when not is_discounted then 1 end) as full_price_order_count,
    count(case when is_coupon_order then 1 end) as coupon_order_count,
    sum(gross_revenue) as gross_revenue,
    sum(discount_amount) as discount_amount,
    sum(refunded_amount) as refunded_amount,
    sum(net_revenue) as net_revenue,
    sum(case when is_in_last_365_days then net_revenue else 0 end)
        as net_revenue_last_365_days,
    max(net_revenue) as max_order_value,
    case
        when count(*) > 1
            then cast(max(ordered_on) - min(ordered_on) as {{ type_double() }}) / (count(*) - 1)
    end as average_days_between_orders
from windowed_orders
group by customer_id
