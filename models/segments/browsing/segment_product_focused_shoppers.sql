with

customers as (
    select * from {{ ref('order_facts') }}
),

orders as (
    select * from {{ ref('int_orders') }}
    where is_valid
),

sessions as (
    select * from {{ ref('int_sessions') }}
),

quick_orders as (
    select
        orders.customer_id,
        count(distinct {{ order_key('orders') }}) as order_count,
        max(orders.ordered_at) as last_order_at
    from orders
    inner join sessions
        on orders.customer_id = sessions.customer_id
        and orders.ordered_at >= sessions.started_at
        and orders.ordered_at
        <= sessions.started_at + interval '{{ var("product_focused_shoppers_minutes") }}' minute
    group by orders.customer_id
)

select
    quick_orders.customer_id,
    'product_focused_shoppers' as segment,
    '' as segment_value,
    customers.as_of_date,
    quick_orders.last_order_at as evidence_at,
    {{ counted('quick_orders.order_count', 'order') }} || ' within '
    || '{{ var("product_focused_shoppers_minutes") }} minutes of the start of a session' as reason
from quick_orders
inner join customers on quick_orders.customer_id = customers.customer_id
