with

customers as (
    select * from {{ ref('voice_facts') }}
),

recoveries as (
    select * from {{ ref('int_customer_recoveries') }}
)

select
    customers.customer_id,
    'csat_improved' as segment,
    '' as segment_value,
    customers.as_of_date,
    recoveries.answered_at as evidence_at,
    'csat rose from ' || {{ plain_number('recoveries.score_before') }}
    || ' to ' || {{ plain_number('recoveries.score_after') }}
    || ' after a service recovery email' as reason
from customers
inner join recoveries on customers.customer_id = recoveries.customer_id
where recoveries.score_after > recoveries.score_before
