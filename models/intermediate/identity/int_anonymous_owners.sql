with

sightings as (
    select * from {{ ref('int_sightings') }}
    where anonymous_id is not null
),

identities as (
    select * from {{ ref('int_identities') }}
    where customer_id is not null
)

select
    sightings.source_system,
    sightings.anonymous_id,
    count(distinct identities.customer_id) as person_count,
    case
        when count(distinct identities.customer_id) = 1 then min(identities.customer_id)
    end as customer_id
from sightings
inner join identities
    on {{ same_identity('sightings', 'identities') }}
group by sightings.source_system, sightings.anonymous_id
