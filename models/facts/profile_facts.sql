with

customers as (
    select * from {{ ref('int_customers') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

order_places as (
    select * from {{ ref('int_order_places') }}
),

profiles as (
    select * from {{ ref('int_customer_profiles') }}
)

-- All three from one row: the latest order that names a country, else the account.
select
    customers.customer_id,
    as_of.as_of,
    as_of.as_of_date,
    coalesce(order_places.country_code, profiles.country_code) as country_code,
    case when order_places.country_code is null then profiles.region else order_places.region end
        as region,
    case when order_places.country_code is null then profiles.city else order_places.city end
        as city,
    profiles.language,
    profiles.gender,
    profiles.age_years
from customers
cross join as_of
left join order_places on customers.customer_id = order_places.customer_id
left join profiles on customers.customer_id = profiles.customer_id
