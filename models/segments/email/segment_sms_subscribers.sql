with

customers as (
    select * from {{ ref('customer_facts') }}
)

select
    customers.customer_id,
    'sms_subscribers' as segment,
    '' as segment_value,
    customers.as_of_date,
    cast(null as {{ dbt.type_timestamp() }}) as evidence_at,
    'agreed to text messages, phone number known' as reason
from customers
where customers.is_sms_subscriber
