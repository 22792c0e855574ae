with

customers as (
    select * from {{ ref('voice_facts') }}
),

complaints as (
    select * from {{ ref('int_profile_answers') }}
    where question_key = 'complaint_reason'
)

select
    customers.customer_id,
    'complainers' as segment,
    complaints.answer as segment_value,
    customers.as_of_date,
    complaints.answered_at as evidence_at,
    'complained ' || {{ counted('complaints.days_since_answer', 'day') }} || ' ago: '
    || complaints.answer as reason
from customers
inner join complaints on customers.customer_id = complaints.customer_id
where complaints.days_since_answer < {{ var('feedback_valid_days') }}
