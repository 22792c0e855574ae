with

product_days as (
    select * from {{ ref('int_product_days') }}
    where view_count > 0
),

visitor_persons as (
    select * from {{ ref('int_visitor_persons') }}
    where customer_id is not null
)

select
    visitor_persons.customer_id,
    product_days.source_system,
    product_days.product_id,
    product_days.occurred_on as viewed_on,
    sum(product_days.view_count) as view_count,
    max(product_days.last_viewed_at) as last_viewed_at
from product_days
inner join visitor_persons
    on {{ same_identity('product_days', 'visitor_persons') }}
    and {{ is_same('product_days.anonymous_id', 'visitor_persons.anonymous_id') }}
group by
    visitor_persons.customer_id,
    product_days.source_system,
    product_days.product_id,
    product_days.occurred_on
