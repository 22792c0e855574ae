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

select
    visitors.source_system,
    visitors.anonymous_id,
    visitors.account_id,
    visitors.email,
    coalesce(identities.customer_id, owners.customer_id) as customer_id,
    visitors.first_event_at,
    visitors.last_event_at
from visitors
left join identities
    on {{ same_identity('visitors', 'identities') }}
left join owners
    on visitors.source_system = owners.source_system
    and visitors.anonymous_id = owners.anonymous_id
