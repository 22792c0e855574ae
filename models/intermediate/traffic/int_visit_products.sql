with

product_days as (
    select
        product_days.*,
        visitor_persons.visitor_type,
        visitor_persons.visitor_id
    from {{ ref('int_product_days') }} as product_days
    cross join {{ ref('int_as_of') }} as as_of
    inner join {{ ref('int_visitor_persons') }} as visitor_persons
        on {{ same_identity('product_days', 'visitor_persons') }}
        and {{ is_same('product_days.anonymous_id', 'visitor_persons.anonymous_id') }}
    where
        visitor_persons.visitor_id is not null
        and product_days.occurred_on > as_of.as_of_date - 90
),

visits as (
    select * from {{ ref('int_visits') }}
)

-- Sessions cut by pauses follow each other, so the time tells which one a look belongs to.
select
    visits.visit_number,
    product_days.source_system,
    product_days.product_id,
    visits.customer_id,
    visits.started_at,
    cast(sum(product_days.view_count) as {{ dbt.type_bigint() }}) as view_count,
    cast(sum(product_days.add_to_cart_count) as {{ dbt.type_bigint() }}) as add_to_cart_count,
    max(product_days.last_viewed_at) as last_viewed_at
from product_days
inner join visits
    on product_days.source_system = visits.source_system
    and product_days.visitor_type = visits.visitor_type
    and product_days.visitor_id = visits.visitor_id
    and {{ is_same('product_days.session_id', 'visits.session_id') }}
    and product_days.started_at between visits.started_at and visits.ended_at
group by
    visits.visit_number,
    product_days.source_system,
    product_days.product_id,
    visits.customer_id,
    visits.started_at
