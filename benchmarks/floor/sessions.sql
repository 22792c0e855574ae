-- A session is one visitor's, on one device, from one source, and signed in from its start or never.
create temp table visits as
select
    session_id,
    any_value(anonymous_id) as anonymous_id,
    any_value(customer_id) as account_id,
    any_value(device_type) as device_type,
    any_value(browser) as browser,
    any_value(utm_source) as utm_source,
    min(occurred_at) as started_at,
    max(occurred_at) as ended_at,
    count(*) filter (where occurred_at >= getvariable('last_90_days_from'))
        as event_count_last_90_days,
    count(*) filter (where event_name = 'view_item') as product_view_count,
    count(*) filter (
        where event_name = 'view_item' and occurred_at >= getvariable('last_30_days_from')
    ) as product_views_last_30_days,
    count(*) filter (where event_name = 'generate_lead') as lead_count,
    count(*) filter (where event_name = 'share') as share_count,
    max(
        struct_pack(
            viewed_at := occurred_at, event_id := event_id, product_id := product_id
        )
    ) filter (where event_name = 'view_item') as last_view,
    max(occurred_at) filter (where event_name = 'add_to_cart') as last_add_to_cart_at,
    max(occurred_at) filter (where event_name = 'begin_checkout') as last_checkout_at,
    max(occurred_at) filter (where event_name = 'purchase') as last_purchase_event_at,
    max(occurred_at) filter (where event_name = 'share') as last_share_at
from raw.events
where occurred_at < getvariable('as_of')
group by session_id;

-- A browser is somebody's when all that was signed in or ordered on it is of one person.
create table int_sessions as
with

sightings as (
    select
        visits.anonymous_id,
        coalesce(joined_accounts.customer_id, visits.account_id) as customer_id
    from visits
    left join joined_accounts on visits.account_id = joined_accounts.account_id
    where visits.account_id is not null

    union

    select
        anonymous_id,
        customer_id
    from int_orders
    where anonymous_id is not null
),

owners as (
    select
        anonymous_id,
        any_value(customer_id) as customer_id
    from sightings
    group by anonymous_id
    having count(*) = 1
)

select
    visits.*,
    coalesce(joined_accounts.customer_id, visits.account_id, owners.customer_id) as customer_id
from visits
left join joined_accounts on visits.account_id = joined_accounts.account_id
left join owners on visits.anonymous_id = owners.anonymous_id
where visits.account_id is not null or owners.customer_id is not null;

create temp table customer_sessions as
with

sessions as (
    select
        *,
        epoch_us(ended_at) - epoch_us(started_at) as microseconds,
        started_at >= getvariable('last_30_days_from') as is_in_last_30_days,
        started_at >= getvariable('last_90_days_from') as is_in_last_90_days
    from int_sessions
)

select
    customer_id,
    max(started_at) as last_session_at,
    count(*) as session_count,
    count(*) filter (where is_in_last_30_days) as sessions_last_30_days,
    count(*) filter (where is_in_last_90_days) as sessions_last_90_days,
    sum(microseconds) filter (where is_in_last_30_days) as microseconds_last_30_days,
    max(struct_pack(microseconds := microseconds, started_at := started_at))
        filter (where is_in_last_30_days) as longest_session,
    sum(product_view_count) as product_view_count,
    sum(product_views_last_30_days) as product_views_last_30_days,
    sum(lead_count) as lead_count,
    sum(share_count) as share_count,
    max(last_view) as last_view,
    max(last_add_to_cart_at) as last_add_to_cart_at,
    max(last_checkout_at) as last_checkout_at,
    max(last_purchase_event_at) as last_purchase_event_at,
    max(last_share_at) as last_share_at,
    max(ended_at) as last_event_at
from sessions
group by customer_id;

create table int_customer_technologies as
with

uses as (
    select
        customer_id,
        'device' as technology,
        device_type as technology_name,
        sum(event_count_last_90_days) as use_count,
        max(ended_at) as last_used_at
    from int_sessions
    where ended_at >= getvariable('last_90_days_from')
    group by customer_id, device_type

    union all

    select
        customer_id,
        'browser' as technology,
        browser as technology_name,
        sum(event_count_last_90_days) as use_count,
        max(ended_at) as last_used_at
    from int_sessions
    where ended_at >= getvariable('last_90_days_from')
    group by customer_id, browser

    union all

    select
        customer_id,
        'origin' as technology,
        coalesce(utm_source, 'direct') as technology_name,
        count(*) as use_count,
        max(started_at) as last_used_at
    from int_sessions
    where started_at >= getvariable('last_90_days_from')
    group by customer_id, coalesce(utm_source, 'direct')
)

select
    customer_id,
    technology,
    technology_name,
    use_count as use_count_last_90_days,
    sum(use_count) over (partition by customer_id, technology)
        as technology_use_count_last_90_days,
    row_number() over (
        partition by customer_id, technology order by use_count desc, technology_name
    ) as use_rank,
    last_used_at
from uses;
