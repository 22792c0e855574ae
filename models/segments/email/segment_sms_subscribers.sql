with

customers as (
    select * from {{ ref('email_facts') }}
),

sms_consents as (
    select * from {{ ref('int_customer_sms') }}
)

select
    customers.customer_id,
    'sms_subscribers' as segment,
    '' as segment_value,
    customers.as_of_date,
    sms_consents.granted_at as evidence_at,
    'subscribed by a consent of '
    || cast(
        {{ shop_date('sms_consents.granted_at', var('shop_timezone')) }}
        as {{ dbt.type_string() }}
    ) as reason
from customers
inner join sms_consents on customers.customer_id = sms_consents.customer_id
where customers.is_sms_subscriber
