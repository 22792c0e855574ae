with

customers as (
    select * from {{ ref('base_customers') }}
    where reject_reason is null
)

select
    source_system,
    customer_id as account_id,
    phone,
    first_name,
    last_name,
    country_code,
    region,
    city,
    postal_code,
    language,
    gender,
    accepts_marketing,
    birth_date,
    created_at,
    accepts_marketing_updated_at,
    {{ usable_email('email') }} as email
from customers
