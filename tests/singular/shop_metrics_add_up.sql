-- Each session and cart of the shop is of one country, and those of customers are among them.
with

shop as (
    select * from {{ ref('segment_metrics') }}
    where segment = ''
),

customers as (
    select
        coalesce(sum(sessions_last_90_days), 0) as session_count,
        count(case when sessions_last_90_days >= 1 then 1 end) as visitor_count,
        count(case when order_count_last_90_days >= 1 then 1 end) as buyer_count
    from {{ ref('customer_facts') }}
),

countries as (
    select
        coalesce(sum(session_count_last_90_days), 0) as session_count,
        coalesce(sum(cart_count_last_90_days), 0) as cart_count,
        coalesce(sum(abandoned_cart_count_last_90_days), 0) as abandoned_cart_count
    from {{ ref('shop_metrics') }}
    where dimension = 'country'
)

select
    shop.*,
    countries.session_count,
    countries.cart_count,
    countries.abandoned_cart_count,
    customers.session_count as customer_session_count,
    customers.visitor_count as customer_visitor_count,
    customers.buyer_count as customer_buyer_count
from shop
cross join customers
cross join countries
where
    shop.session_count_last_90_days <> countries.session_count
    or shop.cart_count_last_90_days <> countries.cart_count
    or shop.abandoned_cart_count_last_90_days <> countries.abandoned_cart_count
    or shop.session_count_last_90_days < customers.session_count
    or shop.visitor_count_last_90_days < customers.visitor_count
    or shop.buyer_count_last_90_days < customers.buyer_count
