with

addresses as (
    select * from {{ ref('int_addresses') }}
),

consent_records as (
    select * from {{ ref('int_consent_records') }}
),

email_events as (
    select * from {{ ref('int_email_events') }}
    where event_type in ('bounced', 'unsubscribed', 'complained')
),

records as (
    select
        case when is_granted then 'granted' else 'withdrawn' end as record_type,
        customer_id, usable_email, stands_at
    from consent_records

    union all

    select
        event_type as record_type,
        customer_id, usable_email, occurred_at as stands_at
    from email_events
    where not (event_type = 'bounced' and coalesce(bounce_type = 'soft', false))
),

-- A record counts for the address of its row; without one, for every address of the person.
records_of_address as (
    select
        records.record_type,
        records.usable_email as email,
        records.stands_at
    from records
    where records.usable_email is not null

    union all

    select
        records.record_type,
        addresses.email,
        records.stands_at
    from records
    inner join addresses on records.customer_id = addresses.customer_id
    where records.usable_email is null
),

-- A complaint counts for every address of the person, whichever it was about.
complaints_of_person as (
    select
        customer_id,
        stands_at
    from records
    where record_type = 'complained'

    union

    select
        addresses.customer_id,
        records_of_address.stands_at
    from records_of_address
    inner join addresses on records_of_address.email = addresses.email
    where records_of_address.record_type = 'complained'
)

select
    addresses.customer_id,
    records_of_address.email,
    records_of_address.record_type,
    records_of_address.stands_at
from records_of_address
inner join addresses on records_of_address.email = addresses.email
where records_of_address.record_type <> 'complained'

union all

select
    addresses.customer_id,
    addresses.email,
    'complained' as record_type,
    complaints_of_person.stands_at
from complaints_of_person
inner join addresses on complaints_of_person.customer_id = addresses.customer_id
