with

as_of as (
    select * from {{ ref('int_as_of') }}
),

sightings as (
    select
        'customers' as seen_in, source_system, null as anonymous_id, account_id, email,
        true as can_link, created_at as seen_at
    from {{ ref('stg_customers') }}

    union all

    select
        'orders' as seen_in, source_system, anonymous_id, account_id, email,
        true as can_link, ordered_at as seen_at
    from {{ ref('stg_orders') }}
    where not is_test

    union all

    select
        'surveys' as seen_in, source_system, null as anonymous_id, account_id, email,
        false as can_link, responded_at as seen_at
    from {{ ref('stg_surveys') }}

    union all

    select
        'email_events' as seen_in, source_system, null as anonymous_id, account_id, email,
        true as can_link, occurred_at as seen_at
    from {{ ref('stg_email_events') }}

    union all

    select
        'consent_events' as seen_in, source_system, null as anonymous_id, account_id, email,
        true as can_link, occurred_at as seen_at
    from {{ ref('stg_consent_events') }}

    union all

    -- An address typed into a page proves nothing: events, like surveys, don't link.
    select
        'events' as seen_in, source_system, anonymous_id, account_id, email,
        false as can_link, first_event_at as seen_at
    from {{ ref('int_visitors') }}
)

select
    sightings.seen_in,
    sightings.source_system,
    sightings.anonymous_id,
    sightings.account_id,
    sightings.email,
    sightings.can_link,
    min(sightings.seen_at) as first_seen_at
from sightings
cross join as_of
where sightings.seen_at is null or sightings.seen_at < as_of.as_of
group by
    sightings.seen_in,
    sightings.source_system,
    sightings.anonymous_id,
    sightings.account_id,
    sightings.email,
    sightings.can_link
