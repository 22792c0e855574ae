{{ config(materialized='view') }}

with

members as (
    select * from {{ ref('segment_members') }}
    where segment <> ''
),

customers as (
    select * from {{ ref('customer_facts') }}
),

carts as (
    select * from {{ ref('int_customer_carts') }}
)

select
    members.segment,
    members.segment_value,
    members.customer_id,
    customers.as_of_date,
    customers.net_revenue,
    customers.order_count,
    customers.coupon_order_count,
    customers.order_count_last_90_days,
    customers.sessions_last_90_days,
    coalesce(carts.cart_count, 0) as cart_count_last_90_days,
    coalesce(carts.abandoned_cart_count, 0) as abandoned_cart_count_last_90_days,
    customers.is_email_subscriber
from members
inner join customers on members.customer_id = customers.customer_id
left join carts on members.customer_id = carts.customer_id
