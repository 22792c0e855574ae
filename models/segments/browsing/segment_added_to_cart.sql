with

customers as (
    select * from {{ ref('browsing_facts') }}
)

select
    customers.customer_id,
    'added_to_cart' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_add_to_cart_at as evidence_at,
    'filled a cart ' || {{ counted('customers.days_since_last_add_to_cart', 'day') }}
    || ' ago' as reason
from customers
where customers.days_since_last_add_to_cart < {{ var('added_to_cart_days') }}
