-- A phone number stands where its owner agreed to text messages, and nowhere else.
with

profiles as (
    select * from {{ ref('activation_profiles') }}
),

facts as (
    select * from {{ ref('customer_facts') }}
),

contacts as (
    select * from {{ ref('customer_contacts') }}
)

select
    profiles.customer_id,
    facts.is_sms_subscriber
from profiles
left join facts on profiles.customer_id = facts.customer_id
left join contacts on profiles.customer_id = contacts.customer_id
where
    coalesce(profiles.phone, '')
    != coalesce(case when facts.is_sms_subscriber then contacts.phone end, '')
