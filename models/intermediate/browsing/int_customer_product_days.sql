with

product_days as (
    select * from {{ ref('int_visitor_product_days') }}
),

visitor_persons as (
    select * from {{ ref('int_visitor_persons') }}
    where customer_id is not null
)

select
    visitor_persons.customer_id,
    product_days.source_system,
    product_days.product_id,
    product_days.viewed_on,
    sum(product_days.view_count) as view_count,
    max(product_days.last_viewed_at) as last_viewed_at,
    {{ last_by(
        'product_days.last_event_id', 'product_days.last_viewed_at', 'product_days.last_event_id'
    ) }} as last_event_id
from product_days
inner join visitor_persons
    on {{ same_identity('product_days', 'visitor_persons') }}
    and {{ is_same('product_days.anonymous_id', 'visitor_persons.anonymous_id') }}
group by
    visitor_persons.customer_id,
    product_days.source_system,
    product_days.product_id,
    product_days.viewed_on
