{%- set cart_days = least_of(
    ['browsing.days_since_last_add_to_cart', 'browsing.days_since_last_checkout']
) -%}
with

orders as (
    select * from {{ ref('order_facts') }}
),

browsing as (
    select * from {{ ref('browsing_facts') }}
),

stages as (
    select
        orders.customer_id,
        orders.as_of_date,
        orders.order_count_last_90_days,
        orders.last_order_at,
        orders.days_since_last_order,
        browsing.products_viewed_last_30_days,
        browsing.sessions_last_30_days,
        browsing.last_session_at,
        browsing.last_product_view_at,
        {{ latest_of(['browsing.last_add_to_cart_at', 'browsing.last_checkout_at']) }}
            as last_cart_at,
        {{ cart_days }} as days_since_last_cart,
        case
            when orders.order_count_last_90_days >= 1 then 'recent buyer'
            when {{ cart_days }} < {{ var('journey_stages_cart_days') }} then 'ready to buy'
            when
                browsing.products_viewed_last_30_days
                >= {{ var('journey_stages_min_products_compared') }}
                then 'comparing'
            when browsing.sessions_last_30_days >= 1 then 'browsing'
            when orders.order_count >= 1 then 'lapsed buyer'
            else 'inactive'
        end as stage
    from orders
    inner join browsing on orders.customer_id = browsing.customer_id
)

select
    customer_id,
    'journey_stages' as segment,
    stage as segment_value,
    as_of_date,
    case
        when stage in ('recent buyer', 'lapsed buyer') then last_order_at
        when stage = 'ready to buy' then last_cart_at
        when stage = 'comparing' then last_product_view_at
        when stage = 'browsing' then last_session_at
    end as evidence_at,
    case stage
        when 'recent buyer' then {{ counted('order_count_last_90_days', 'order') }} || ' in 90 days'
        when 'ready to buy' then 'days since the cart or checkout: ' || days_since_last_cart
        when 'comparing' then products_viewed_last_30_days || ' products viewed in 30 days'
        when 'browsing' then {{ counted('sessions_last_30_days', 'session') }} || ' in 30 days'
        when 'lapsed buyer' then 'days since the last order: ' || days_since_last_order
        else 'no order and no session in 30 days'
    end as reason
from stages
