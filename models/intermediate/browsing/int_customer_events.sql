with

event_days as (
    select * from {{ ref('int_event_days') }}
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
    cast(sum(event_days.product_view_count) as {{ dbt.type_bigint() }}) as product_view_count,
    cast(
        sum(
            case
                when event_days.occurred_on > as_of.as_of_date - 30
                    then event_days.product_view_count
                else 0
            end
        ) as {{ dbt.type_bigint() }}
    ) as product_views_last_30_days,
    cast(sum(event_days.lead_count) as {{ dbt.type_bigint() }}) as lead_count,
    cast(sum(event_days.share_count) as {{ dbt.type_bigint() }}) as share_count,
    max(event_days.last_product_view_at) as last_product_view_at,
    {{ last_by(
        written_id('event_days.source_system', 'event_days.last_viewed_product.product_id'),
        'coalesce(event_days.last_viewed_product.viewed_at, ' ~ before_everything() ~ ')',
        row_struct({
            'event_id': 'event_days.last_viewed_product.event_id',
            'source_system': 'event_days.source_system',
        })
    ) }} as last_viewed_product_id,
    max(event_days.last_add_to_cart_at) as last_add_to_cart_at,
    max(event_days.last_checkout_at) as last_checkout_at,
    max(event_days.last_purchase_event_at) as last_purchase_event_at,
    max(event_days.last_share_at) as last_share_at,
    max(visitor_persons.last_event_at) as last_event_at
from event_days
cross join as_of
inner join visitor_persons
    on {{ same_identity('event_days', 'visitor_persons') }}
    and {{ is_same('event_days.anonymous_id', 'visitor_persons.anonymous_id') }}
group by visitor_persons.customer_id
