with

customers as (
    select * from {{ ref('profile_facts') }}
)

select
    customers.customer_id,
    'locations' as segment,
    coalesce(customers.country_code, 'unknown') as segment_value,
    customers.as_of_date,
    cast(null as {{ dbt.type_timestamp() }}) as evidence_at,
    coalesce('in ' || customers.country_code, 'no country known') as reason
from customers
