with

as_of as (
    select * from {{ ref('int_as_of') }}
),

visits as (
    select * from {{ ref('int_visits') }}
),

carts as (
    select * from {{ ref('int_carts') }}
),

registered_customers as (
    select customer_id from {{ ref('customer_facts') }}
    where account_count >= 1
),

first_visits as (
    select
        source_system,
        visitor_type,
        visitor_id,
        min(started_at) as first_started_at
    from {{ ref('int_sessions') }}
    group by source_system, visitor_type, visitor_id
),

known_visits as (
    select
        case
            when registered_customers.customer_id is not null then 'registered'
            when visits.started_at > first_visits.first_started_at then 'returning'
            else 'new'
        end as visitor_kind,
        visits.has_cart,
        coalesce(carts.is_abandoned, false) as has_abandoned_cart
    from visits
    inner join first_visits
        on visits.source_system = first_visits.source_system
        and visits.visitor_type = first_visits.visitor_type
        and visits.visitor_id = first_visits.visitor_id
    left join registered_customers on visits.customer_id = registered_customers.customer_id
    left join carts on visits.visit_number = carts.visit_number
),

counts as (
    select
        visitor_kind,
        count(*) as session_count,
        count(case when has_cart then 1 end) as cart_count,
        count(case when has_abandoned_cart then 1 end) as abandoned_cart_count
    from known_visits
    group by visitor_kind
)

select
    counts.visitor_kind,
    'all visitors' as population,
    as_of.as_of_date,
    counts.session_count as session_count_last_90_days,
    counts.cart_count as cart_count_last_90_days,
    counts.abandoned_cart_count as abandoned_cart_count_last_90_days,
    {{ share('counts.cart_count', 'counts.session_count') }} as add_to_cart_rate,
    {{ share('counts.abandoned_cart_count', 'counts.cart_count') }} as cart_abandonment_rate
from counts
cross join as_of
