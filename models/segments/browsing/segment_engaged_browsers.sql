with

customers as (
    select * from {{ ref('browsing_facts') }}
)

select
    customers.customer_id,
    'engaged_browsers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.longest_session_last_30_days_at as evidence_at,
    'a session of '
    || {{ counted(
        'cast(floor(customers.longest_session_minutes_last_30_days) as bigint)', 'minute'
    ) }} || ' in 30 days' as reason
from customers
where
    customers.longest_session_minutes_last_30_days
    >= {{ var('engaged_browsers_min_session_minutes') }}
