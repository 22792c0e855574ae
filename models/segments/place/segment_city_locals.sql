with

customers as (
    select * from {{ ref('profile_facts') }}
)

select
    customers.customer_id,
    'city_locals' as segment,
    customers.city as segment_value,
    customers.as_of_date,
    cast(null as {{ dbt.type_timestamp() }}) as evidence_at,
    'in ' || customers.city || ', ' || customers.country_code as reason
from customers
where
    customers.country_code = {{ sql_text(var('shop_country')) }}
    and customers.city is not null
