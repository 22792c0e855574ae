with

customers as (
    select * from {{ ref('profile_facts') }}
)

select
    customers.customer_id,
    'gender_age_bands' as segment,
    customers.gender || ' '
    || {{ age_band('customers.age_years', var('age_bands_first_years')) }} as segment_value,
    customers.as_of_date,
    cast(null as {{ dbt.type_timestamp() }}) as evidence_at,
    customers.gender || ', ' || {{ counted('customers.age_years', 'year') }} || ' old' as reason
from customers
where
    customers.gender is not null
    and customers.age_years >= 0
