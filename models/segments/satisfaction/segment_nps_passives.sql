with

customers as (
    select * from {{ ref('voice_facts') }}
)

select
    customers.customer_id,
    'nps_passives' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.latest_nps_at as evidence_at,
    {{ answered('NPS answer', 'customers.latest_nps', 'customers.days_since_latest_nps') }}
        as reason
from customers
where
    customers.latest_nps >= {{ var('nps_passives_min_score') }}
    and customers.latest_nps < {{ var('nps_promoters_min_score') }}
    and customers.days_since_latest_nps < {{ var('feedback_valid_days') }}
