with

persons as (
    select * from {{ ref('int_persons') }}
),

sightings as (
    select * from {{ ref('int_sightings') }}
),

identities as (
    select * from {{ ref('int_identities') }}
),

owners as (
    select * from {{ ref('int_anonymous_owners') }}
),

attributed_sightings as (
    select
        coalesce(identities.customer_id, owners.customer_id) as customer_id,
        sightings.first_seen_at
    from sightings
    left join identities
        on {{ same_identity('sightings', 'identities') }}
    left join owners
        on sightings.source_system = owners.source_system
        and sightings.anonymous_id = owners.anonymous_id
),

first_sightings as (
    select
        customer_id,
        min(first_seen_at) as first_seen_at
    from attributed_sightings
    where customer_id is not null
    group by customer_id
)

select
    persons.customer_id,
    persons.source_system,
    persons.account_id,
    persons.account_count,
    first_sightings.first_seen_at
from persons
left join first_sightings on persons.customer_id = first_sightings.customer_id
