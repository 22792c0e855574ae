with

as_of as (
    select * from {{ ref('int_as_of') }}
),

identities as (
    select * from {{ ref('int_identities') }}
),

product_days as (
    select product_days.*
    from {{ ref('int_visitor_product_days') }} as product_days
    cross join as_of
    where product_days.viewed_on > as_of.as_of_date - 30
),

-- Few visitors look at one product often: only their views are read one by one.
visitor_products as (
    select
        product_days.source_system,
        coalesce(
            product_days.anonymous_id, identities.usable_account_id, identities.usable_email
        ) as visitor_id,
        product_days.product_id
    from product_days
    left join identities
        on product_days.anonymous_id is null
        and {{ same_identity('product_days', 'identities') }}
    group by
        product_days.source_system,
        coalesce(
            product_days.anonymous_id, identities.usable_account_id, identities.usable_email
        ),
        product_days.product_id
    having sum(product_days.view_count) >= {{ var('deep_researchers_min_views') }}
),

views as (
    select events.*
    from {{ ref('int_visitor_events') }} as events
    cross join as_of
    inner join visitor_products
        on events.source_system = visitor_products.source_system
        and events.visitor_id = visitor_products.visitor_id
        and events.product_id = visitor_products.product_id
    where
        events.event_name = 'view_item'
        and events.occurred_at >= as_of.last_30_days_from
),

sessions as (
    select sessions.*
    from {{ ref('int_sessions') }} as sessions
    cross join as_of
    where sessions.started_at >= as_of.last_30_days_from
)

-- Sessions without a session id of one visitor follow each other, so the time tells them apart.
select
    sessions.source_system,
    sessions.visitor_type,
    sessions.visitor_id,
    sessions.session_id,
    sessions.session_number,
    sessions.customer_id,
    views.product_id,
    count(*) as view_count,
    max(views.occurred_at) as last_viewed_at
from views
inner join sessions
    on views.source_system = sessions.source_system
    and views.visitor_type = sessions.visitor_type
    and views.visitor_id = sessions.visitor_id
    and {{ is_same('views.session_id', 'sessions.session_id') }}
    and views.occurred_at between sessions.started_at and sessions.ended_at
group by
    sessions.source_system,
    sessions.visitor_type,
    sessions.visitor_id,
    sessions.session_id,
    sessions.session_number,
    sessions.customer_id,
    views.product_id
