with

customers as (
    select * from {{ ref('profile_facts') }}
)

select
    customers.customer_id,
    'languages' as segment,
    customers.language as segment_value,
    customers.as_of_date,
    cast(null as {{ dbt.type_timestamp() }}) as evidence_at,
    'language ' || customers.language as reason
from customers
where customers.language is not null
