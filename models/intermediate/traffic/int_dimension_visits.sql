{{ config(materialized='view') }}

with

visits as (
    select
        visits.*,
        coalesce(carts.is_abandoned, false) as has_abandoned_cart
    from {{ ref('int_visits') }} as visits
    left join {{ ref('int_carts') }} as carts on visits.visit_number = carts.visit_number
),

visit_categories as (
    select * from {{ ref('int_visit_categories') }}
)

select
    'shop' as dimension,
    '' as dimension_value,
    customer_id,
    source_system,
    visitor_id,
    has_cart,
    has_abandoned_cart
from visits

union all

select
    'country' as dimension,
    country_code as dimension_value,
    customer_id,
    source_system,
    visitor_id,
    has_cart,
    has_abandoned_cart
from visits

union all

select
    'category' as dimension,
    visit_categories.category as dimension_value,
    visits.customer_id,
    visits.source_system,
    visits.visitor_id,
    visit_categories.has_cart,
    visit_categories.has_cart and visits.has_abandoned_cart as has_abandoned_cart
from visit_categories
inner join visits on visit_categories.visit_number = visits.visit_number
