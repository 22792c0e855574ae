-- A profile stands for every person with a subscribed address, goes to one, and for nobody else.
with

profiles as (
    select * from {{ ref('activation_profiles') }}
),

consents as (
    select * from {{ ref('email_consents') }}
    where is_subscribed and not is_suppressed
),

contacts as (
    select * from {{ ref('customer_contacts') }}
)

select
    profiles.customer_id,
    'the address of the profile is not subscribed' as problem
from profiles
left join consents
    on profiles.customer_id = consents.customer_id
    and profiles.email = consents.email
where consents.customer_id is null

union all

select
    consents.customer_id,
    'no profile' as problem
from consents
left join profiles on consents.customer_id = profiles.customer_id
where profiles.customer_id is null

union all

select
    profiles.customer_id,
    'not the address of the contact' as problem
from profiles
left join contacts
    on profiles.customer_id = contacts.customer_id
    and profiles.email = contacts.email
where contacts.customer_id is null
