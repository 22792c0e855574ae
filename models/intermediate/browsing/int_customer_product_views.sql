with

product_days as (
    select * from {{ ref('int_customer_product_days') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

products as (
    select
        product_days.customer_id,
        product_days.source_system,
        product_days.product_id,
        max(product_days.viewed_on) > max(as_of.as_of_date) - 30 as is_in_last_30_days,
        max(product_days.viewed_on) > max(as_of.as_of_date) - 365 as is_in_last_365_days,
        max(product_days.last_viewed_at) as last_viewed_at,
        {{ last_by(
            'product_days.last_event_id', 'product_days.last_viewed_at', 'product_days.last_event_id'
        ) }} as last_event_id
    from product_days
    cross join as_of
    group by product_days.customer_id, product_days.source_system, product_days.product_id
)

select
    customer_id,
    count(case when is_in_last_30_days then 1 end) as products_viewed_last_30_days,
    count(case when is_in_last_365_days then 1 end) as products_viewed_last_365_days,
    {{ last_by(
        written_id('source_system', 'product_id'),
        'last_viewed_at',
        row_struct({'event_id': 'last_event_id', 'source_system': 'source_system'})
    ) }} as last_viewed_product_id
from products
group by customer_id
