with

customers as (
    select * from {{ ref('browsing_facts') }}
)

select
    customers.customer_id,
    'returning_visitors' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_session_at as evidence_at,
    {{ counted('customers.session_count', 'session') }} as reason
from customers
where customers.session_count >= {{ var('returning_visitors_min_sessions') }}
