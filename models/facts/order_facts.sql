with

customers as (
    select * from {{ ref('int_customers') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

orders as (
    select * from {{ ref('int_customer_orders') }}
),

placed_orders as (
    select * from {{ ref('int_customer_placed_orders') }}
),

products as (
    select * from {{ ref('int_customer_products') }}
),

scores as (
    select * from {{ ref('int_customer_scores') }}
)

select
    customers.customer_id,
    as_of.as_of,
    as_of.as_of_date,
    orders.first_order_at,
    orders.last_order_at,
    orders.days_since_last_order,
    coalesce(orders.order_count, 0) as order_count,
    coalesce(orders.order_count_last_90_days, 0) as order_count_last_90_days,
    coalesce(orders.order_count_last_365_days, 0) as order_count_last_365_days,
    coalesce(placed_orders.placed_order_count, 0) as placed_order_count,
    placed_orders.last_placed_order_at,
    {{ money('coalesce(orders.gross_revenue, 0)') }} as gross_revenue,
    {{ money('coalesce(orders.discount_amount, 0)') }} as discount_amount,
    {{ money('coalesce(orders.refunded_amount, 0)') }} as refunded_amount,
    {{ money('coalesce(orders.net_revenue, 0)') }} as net_revenue,
    {{ money('coalesce(orders.net_revenue_last_365_days, 0)') }} as net_revenue_last_365_days,
    {{ share('orders.net_revenue', 'orders.order_count') }} as average_order_value,
    {{ money('orders.max_order_value') }} as max_order_value,
    coalesce(orders.discounted_order_count, 0) as discounted_order_count,
    {{ share('orders.discounted_order_count', 'orders.order_count') }} as discounted_order_share,
    coalesce(orders.full_price_order_count, 0) as full_price_order_count,
    coalesce(orders.coupon_order_count, 0) as coupon_order_count,
    {{ share('orders.coupon_order_count', 'orders.order_count') }} as coupon_order_share,
    {{ share(
        'coalesce(products.item_count_last_365_days, 0)',
        'orders.order_count_last_365_days',
    ) }} as average_items_per_order_last_365_days,
    coalesce(products.products_bought_last_365_days, 0) as products_bought_last_365_days,
    products.top_category_last_365_days,
    {{ share(
        'products.top_category_order_count_last_365_days',
        'orders.order_count_last_365_days',
    ) }} as top_category_order_share_last_365_days,
    coalesce(products.new_arrival_order_count_last_365_days, 0)
        as new_arrival_order_count_last_365_days,
    {{ share(
        'coalesce(products.new_arrival_order_count_last_365_days, 0)',
        'orders.order_count_last_365_days',
    ) }} as new_arrival_order_share_last_365_days,
    orders.average_days_between_orders,
    scores.recency_score,
    scores.frequency_score,
    scores.monetary_score
from customers
cross join as_of
left join orders on customers.customer_id = orders.customer_id
left join placed_orders on customers.customer_id = placed_orders.customer_id
left join products on customers.customer_id = products.customer_id
left join scores on customers.customer_id = scores.customer_id
