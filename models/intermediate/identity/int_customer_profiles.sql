with

customers as (
    select * from {{ ref('int_customers') }}
),

accounts as (
    select * from {{ ref('stg_customers') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
)

select
    customers.customer_id,
    accounts.first_name,
    accounts.last_name,
    accounts.phone,
    accounts.email,
    accounts.birth_date,
    accounts.country_code,
    accounts.region,
    accounts.city,
    accounts.language,
    accounts.gender,
    {{ age_in_years('accounts.birth_date', 'as_of.as_of_date') }} as age_years
from customers
cross join as_of
inner join accounts
    on customers.source_system = accounts.source_system
    and customers.account_id = accounts.account_id
where accounts.created_at is null or accounts.created_at < as_of.as_of
