with

visitor_days as (
    select * from {{ ref('int_visitor_days') }}
),

visitor_persons as (
    select * from {{ ref('int_visitor_persons') }}
    where customer_id is not null
),

as_of as (
    select * from {{ ref('int_as_of') }}
)

select
    visitor_persons.customer_id,
    cast(sum(visitor_days.product_view_count) as {{ dbt.type_bigint() }}) as product_view_count,
    cast(
        sum(
            case
                when visitor_days.occurred_on > as_of.as_of_date - 30
                    then visitor_days.product_view_count
                else 0
            end
        ) as {{ dbt.type_bigint() }}
    ) as product_views_last_30_days,
    cast(sum(visitor_days.lead_count) as {{ dbt.type_bigint() }}) as lead_count,
    cast(sum(visitor_days.share_count) as {{ dbt.type_bigint() }}) as share_count,
    max(visitor_days.last_product_view_at) as last_product_view_at,
    max(visitor_days.last_add_to_cart_at) as last_add_to_cart_at,
    max(visitor_days.last_checkout_at) as last_checkout_at,
    max(visitor_days.last_purchase_event_at) as last_purchase_event_at,
    max(visitor_days.last_share_at) as last_share_at,
    max(visitor_persons.last_event_at) as last_event_at
from visitor_days
cross join as_of
inner join visitor_persons
    on {{ same_identity('visitor_days', 'visitor_persons') }}
    and {{ is_same('visitor_days.anonymous_id', 'visitor_persons.anonymous_id') }}
group by visitor_persons.customer_id
