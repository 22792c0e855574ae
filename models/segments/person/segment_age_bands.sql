with

customers as (
    select * from {{ ref('profile_facts') }}
)

select
    customers.customer_id,
    'age_bands' as segment,
    {{ age_band('customers.age_years', var('age_bands_first_years')) }} as segment_value,
    customers.as_of_date,
    cast(null as {{ dbt.type_timestamp() }}) as evidence_at,
    {{ counted('customers.age_years', 'year') }} || ' old' as reason
from customers
where customers.age_years >= 0
