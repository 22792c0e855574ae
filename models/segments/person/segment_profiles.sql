with

customers as (
    select * from {{ ref('voice_facts') }}
),

-- Two questions may be worded so that they read alike once their answers follow them.
answers as (
    select
        customer_id,
        question_key || ': ' || answer as statement,
        max(answered_at) as answered_at,
        min(days_since_answer) as days_since_answer
    from {{ ref('int_profile_answers') }}
    where question_key <> 'complaint_reason'
    group by customer_id, question_key || ': ' || answer
)

select
    customers.customer_id,
    'profiles' as segment,
    answers.statement as segment_value,
    customers.as_of_date,
    answers.answered_at as evidence_at,
    'answered ' || {{ counted('answers.days_since_answer', 'day') }} || ' ago' as reason
from customers
inner join answers on customers.customer_id = answers.customer_id
