-- Nobody whose address is suppressed is a subscriber, and the facts say what the consents say.
with

customers as (
    select * from {{ ref('customer_facts') }}
),

contacts as (
    select * from {{ ref('customer_contacts') }}
),

consents as (
    select * from {{ ref('email_consents') }}
)

select
    customers.customer_id,
    consents.is_subscribed,
    consents.is_suppressed,
    customers.is_email_subscriber,
    customers.is_suppressed as is_customer_suppressed
from customers
inner join contacts on customers.customer_id = contacts.customer_id
left join consents
    on contacts.customer_id = consents.customer_id
    and contacts.email = consents.email
where
    (customers.is_email_subscriber and customers.is_suppressed)
    or (consents.is_subscribed and consents.is_suppressed)
    or customers.is_email_subscriber <> coalesce(consents.is_subscribed, false)
    or customers.is_suppressed <> coalesce(consents.is_suppressed, false)
