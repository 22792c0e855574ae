with

customers as (
    select * from {{ ref('voice_facts') }}
)

select
    customers.customer_id,
    'neutral_customers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.latest_csat_at as evidence_at,
    {{ answered('csat answer', 'customers.latest_csat', 'customers.days_since_latest_csat') }}
        as reason
from customers
where
    customers.latest_csat >= {{ var('neutral_customers_min_csat') }}
    and customers.latest_csat < {{ var('satisfied_customers_min_csat') }}
    and customers.days_since_latest_csat < {{ var('feedback_valid_days') }}
