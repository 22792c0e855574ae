with

customers as (
    select * from {{ ref('int_customers') }}
),

addresses as (
    select * from {{ ref('int_customer_addresses') }}
),

profiles as (
    select * from {{ ref('int_customer_profiles') }}
)

select
    customers.customer_id,
    addresses.email,
    profiles.first_name,
    profiles.last_name,
    profiles.phone,
    profiles.birth_date
from customers
left join addresses on customers.customer_id = addresses.customer_id
left join profiles on customers.customer_id = profiles.customer_id
