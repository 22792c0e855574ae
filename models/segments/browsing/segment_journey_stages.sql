{%- set cart_days = least_of(['days_since_last_add_to_cart', 'days_since_last_checkout']) -%}
with

stages as (
    select
        *,
        case
            when order_count_last_90_days >= 1 then 'recent buyer'
            when {{ cart_days }} < {{ var('journey_stages_cart_days') }} then 'ready to buy'
            when products_viewed_last_30_days >= {{ var('journey_stages_min_products_compared') }}
                then 'comparing'
            when sessions_last_30_days >= 1 then 'browsing'
            when order_count >= 1 then 'lapsed buyer'
            else 'inactive'
        end as stage
    from {{ ref('customer_facts') }}
)

select
    customer_id,
    'journey_stages' as segment,
    stage as segment_value,
    as_of_date,
    case
        when stage in ('recent buyer', 'lapsed buyer') then last_order_at
        when stage = 'ready to buy'
            then {{ latest_of(['last_add_to_cart_at', 'last_checkout_at']) }}
        when stage = 'comparing' then last_product_view_at
        when stage = 'browsing' then last_session_at
    end as evidence_at,
    case stage
        when 'recent buyer' then {{ counted('order_count_last_90_days', 'order') }} || ' in 90 days'
        when 'ready to buy'
            then 'days since the cart or checkout: ' || {{ cart_days }}
        when 'comparing' then products_viewed_last_30_days || ' products viewed in 30 days'
        when 'browsing' then {{ counted('sessions_last_30_days', 'session') }} || ' in 30 days'
        when 'lapsed buyer' then 'days since the last order: ' || days_since_last_order
        else 'no order and no session in 30 days'
    end as reason
from stages
