with

visitors as (
    select * from {{ ref('int_visitors') }}
),

identities as (
    select * from {{ ref('int_identities') }}
),

owners as (
    select * from {{ ref('int_anonymous_owners') }}
)

-- A visitor is a browser or device, else a usable account, else a usable email.
select
    visitors.source_system,
    visitors.anonymous_id,
    visitors.account_id,
    visitors.email,
    case
        when visitors.anonymous_id is not null then 'anonymous_id'
        when identities.usable_account_id is not null then 'account'
        when identities.usable_email is not null then 'email'
    end as visitor_type,
    coalesce(
        visitors.anonymous_id, identities.usable_account_id, identities.usable_email
    ) as visitor_id,
    coalesce(identities.customer_id, owners.customer_id) as customer_id,
    visitors.first_event_at,
    visitors.last_event_at
from visitors
left join identities
    on {{ same_identity('visitors', 'identities') }}
left join owners
    on visitors.source_system = owners.source_system
    and visitors.anonymous_id = owners.anonymous_id
