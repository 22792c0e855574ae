{{ config(materialized='view') }}

with

events as (
    select
        events.*,
        -- Who has no browser or device is looked up by account and email.
        case when events.anonymous_id is null then events.account_id end as visitor_account_id,
        case when events.anonymous_id is null then events.email end as visitor_email
    from {{ ref('stg_events') }} as events
    cross join {{ ref('int_as_of') }} as as_of
    where events.occurred_at < as_of.as_of
),

identities as (
    select * from {{ ref('int_identities') }}
)

-- A visitor is a browser or device, else a usable account, else a usable email.
select
    events.source_system,
    events.event_id,
    events.event_name,
    events.anonymous_id,
    events.account_id,
    events.email,
    events.session_id,
    events.product_id,
    events.country_code,
    events.utm_source,
    case
        when events.anonymous_id is not null then 'anonymous_id'
        when identities.usable_account_id is not null then 'account'
        when identities.usable_email is not null then 'email'
    end as visitor_type,
    coalesce(
        events.anonymous_id, identities.usable_account_id, identities.usable_email
    ) as visitor_id,
    events.occurred_at
from events
left join identities
    on events.source_system = identities.source_system
    and {{ is_same('events.visitor_account_id', 'identities.account_id') }}
    and {{ is_same('events.visitor_email', 'identities.email') }}
