with

customers as (
    select * from {{ ref('browsing_facts') }}
)

select
    customers.customer_id,
    'referrers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_share_at as evidence_at,
    'shared the shop ' || {{ counted('customers.share_count', 'time') }} as reason
from customers
where customers.share_count >= {{ var('referrers_min_shares') }}
