with

customers as (
    select * from {{ ref('order_facts') }}
),

methods as (
    select * from {{ ref('int_customer_order_methods') }}
    where method_type = 'payment'
)

select
    customers.customer_id,
    'payment_methods' as segment,
    methods.method as segment_value,
    customers.as_of_date,
    methods.last_order_at as evidence_at,
    methods.method || ' for ' || methods.order_count || ' of '
    || {{ counted('customers.order_count', 'order') }} as reason
from customers
inner join methods on customers.customer_id = methods.customer_id
