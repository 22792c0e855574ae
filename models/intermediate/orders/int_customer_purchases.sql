with

customers as (
    select * from {{ ref('int_customers') }}
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
),

purchases as (
    select
        customers.customer_id,
        orders.first_order_at,
        orders.last_order_at,
        orders.days_since_last_order,
        coalesce(orders.order_count, 0) as order_count,
        coalesce(orders.order_count_last_90_days, 0) as order_count_last_90_days,
        coalesce(orders.order_count_last_365_days, 0) as order_count_last_365_days,
        coalesce(placed_orders.placed_order_count, 0) as placed_order_count,
        placed_orders.last_placed_order_at,
        coalesce(orders.gross_revenue, 0) as gross_revenue,
        coalesce(orders.discount_amount, 0) as discount_amount,
        coalesce(orders.refunded_amount, 0) as refunded_amount,
        coalesce(orders.net_revenue, 0) as net_revenue,
        coalesce(orders.net_revenue_last_365_days, 0) as net_revenue_last_365_days,
        orders.max_order_value,
        coalesce(orders.discounted_order_count, 0) as discounted_order_count,
        coalesce(orders.full_price_order_count, 0) as full_price_order_count,
        coalesce(orders.coupon_order_count, 0) as coupon_order_count,
        coalesce(products.item_count_last_365_days, 0) as item_count_last_365_days,
        coalesce(products.products_bought_last_365_days, 0) as products_bought_last_365_days,
        products.top_category_last_365_days,
        products.top_category_order_count_last_365_days,
        coalesce(products.new_arrival_order_count_last_365_days, 0)
            as new_arrival_order_count_last_365_days,
        orders.average_days_between_orders,
        scores.recency_score,
        scores.frequency_score,
        scores.monetary_score
    from customers
    left join orders on customers.customer_id = orders.customer_id
    left join placed_orders on customers.customer_id = placed_orders.customer_id
    left join products on customers.customer_id = products.customer_id
    left join scores on customers.customer_id = scores.customer_id
)

select
    *,
    {{ share('net_revenue', 'order_count') }} as average_order_value,
    {{ share('discounted_order_count', 'order_count') }} as discounted_order_share,
    {{ share('coupon_order_count', 'order_count') }} as coupon_order_share,
    {{ share('item_count_last_365_days', 'order_count_last_365_days') }}
        as average_items_per_order_last_365_days,
    {{ share('top_category_order_count_last_365_days', 'order_count_last_365_days') }}
        as top_category_order_share_last_365_days,
    {{ share('new_arrival_order_count_last_365_days', 'order_count_last_365_days') }}
        as new_arrival_order_share_last_365_days
from purchases
