with

as_of as (
    select * from {{ ref('int_as_of') }}
),

tracked_events as (
    select
        events.*,
        {{ shop_date('events.occurred_at', var('shop_timezone')) }} as occurred_on,
        0 as slice_number
    from {{ ref('stg_events') }} as events
    cross join as_of
    where
        events.event_name in ('view_item', 'add_to_cart')
        and events.product_id is not null
        and events.session_id is not null
        and events.occurred_at < as_of.as_of
),

untracked_events as (
    select
        events.*,
        {{ shop_date('events.occurred_at', var('shop_timezone')) }} as occurred_on
    from {{ ref('stg_events') }} as events
    cross join as_of
    where
        events.event_name in ('view_item', 'add_to_cart')
        and events.product_id is not null
        and events.session_id is null
        and events.occurred_at < as_of.as_of
),

-- Without a session id the time says which session looks belong to: no slice is in two of them.
sliced_events as (
    {{ cut_by_pauses(
        'untracked_events',
        ['source_system', 'anonymous_id', 'account_id', 'email', 'occurred_on', 'product_id'],
        var('session_gap_minutes')
    ) }}
),

product_events as (
    select
        source_system, anonymous_id, account_id, email, session_id, product_id, occurred_on,
        slice_number, event_id, event_name, occurred_at
    from tracked_events

    union all

    select
        source_system, anonymous_id, account_id, email, session_id, product_id, occurred_on,
        slice_number, event_id, event_name, occurred_at
    from sliced_events
)

select
    source_system,
    anonymous_id,
    account_id,
    email,
    session_id,
    product_id,
    occurred_on,
    slice_number,
    count(case when event_name = 'view_item' then 1 end) as view_count,
    count(case when event_name = 'add_to_cart' then 1 end) as add_to_cart_count,
    max(case when event_name = 'view_item' then occurred_at end) as last_viewed_at,
    min(occurred_at) as started_at
from product_events
group by
    source_system,
    anonymous_id,
    account_id,
    email,
    session_id,
    product_id,
    occurred_on,
    slice_number
