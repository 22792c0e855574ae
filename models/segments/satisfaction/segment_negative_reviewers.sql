with

customers as (
    select * from {{ ref('voice_facts') }}
)

select
    customers.customer_id,
    'negative_reviewers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.latest_review_at as evidence_at,
    {{ answered('review', 'customers.latest_review', 'customers.days_since_latest_review') }}
        as reason
from customers
where
    customers.latest_review <= {{ var('negative_reviewers_max_score') }}
    and customers.days_since_latest_review < {{ var('feedback_valid_days') }}
