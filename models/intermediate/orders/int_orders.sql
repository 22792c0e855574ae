with

orders as (
    select * from {{ ref('stg_orders') }}
    where not is_test
),

refunds as (
    select * from {{ ref('stg_refunds') }}
),

rates as (
    select * from {{ ref('int_order_rates') }}
),

identities as (
    select * from {{ ref('int_identities') }}
),

owners as (
    select * from {{ ref('int_anonymous_owners') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

refunds_per_order as (
    select
        orders.source_system,
        orders.order_id,
        sum(refunds.amount) as amount,
        sum({{ to_reporting_currency('refunds.amount', 'rates.rate') }}) as refunded_amount
    from refunds
    cross join as_of
    inner join orders
        on refunds.source_system = orders.source_system
        and refunds.order_id = orders.order_id
    inner join rates
        on orders.currency = rates.currency
        and orders.ordered_on = rates.ordered_on
    where refunds.refunded_at < as_of.as_of
    group by orders.source_system, orders.order_id
),

attributed_orders as (
    select
        orders.*,
        coalesce(identities.customer_id, owners.customer_id) as customer_id,
        rates.rate,
        coalesce(refunds_per_order.amount, 0) as own_currency_refunded_amount,
        coalesce(refunds_per_order.refunded_amount, 0) as refunded_amount
    from orders
    cross join as_of
    inner join rates
        on orders.currency = rates.currency
        and orders.ordered_on = rates.ordered_on
    left join refunds_per_order
        on orders.source_system = refunds_per_order.source_system
        and orders.order_id = refunds_per_order.order_id
    left join identities
        on {{ same_identity('orders', 'identities') }}
    left join owners
        on orders.source_system = owners.source_system
        and orders.anonymous_id = owners.anonymous_id
    where orders.ordered_at < as_of.as_of
)

select
    source_system,
    order_id,
    customer_id,
    anonymous_id,
    status,
    currency,
    coupon_code,
    payment_method,
    delivery_method,
    country_code,
    region,
    city,
    rate,
    {{ to_reporting_currency('subtotal_amount', 'rate') }} as gross_revenue,
    {{ to_reporting_currency('discount_amount', 'rate') }} as discount_amount,
    refunded_amount,
    {{ to_reporting_currency('subtotal_amount', 'rate') }}
    - {{ to_reporting_currency('discount_amount', 'rate') }}
    - refunded_amount as net_revenue,
    status in ('pending', 'completed') as is_placed,
    status = 'completed' and not (
        own_currency_refunded_amount > 0
        and own_currency_refunded_amount >= subtotal_amount - discount_amount
    ) as is_valid,
    discount_amount > 0 or coupon_code is not null as is_discounted,
    coupon_code is not null as is_coupon_order,
    ordered_at,
    ordered_on
from attributed_orders
