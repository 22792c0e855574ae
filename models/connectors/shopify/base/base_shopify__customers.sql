{{ config(materialized='view', enabled=is_connected('shopify')) }}

with

-- The default address is named by the account, or marked in the addresses.
addresses as (
    select
        addresses.*,
        row_number() over (
            partition by addresses.connector, addresses.customer_id
            order by addresses.file_path asc, addresses.place_in_file asc
        ) as position
    from {{ source('shopify', 'customer_address') }} as addresses
    left join {{ source('shopify', 'customer') }} as customers
        on addresses.connector = customers.connector
        and addresses.customer_id = customers.id
        and addresses.id = customers.default_address_id
    where customers.id is not null or addresses.is_default
)

select
    customers.connector,
    customers.file_path,
    customers.place_in_file,
    customers.id as customer_id,
    customers.email,
    customers.phone,
    customers.first_name,
    customers.last_name,
    customers.created_at,
    customers.updated_at,
    addresses.country_code,
    addresses.province as region,
    addresses.city,
    addresses.zip as postal_code,
    upper(customers.email_marketing_consent_state) as consent_state,
    coalesce(
        customers.email_marketing_consent_consent_updated_at,
        customers.email_marketing_consent_updated_at
    ) as consent_updated_at,
    customers.accepts_marketing,
    customers.accepts_marketing_updated_at,
    coalesce(customers._fivetran_deleted, false) as is_deleted
from {{ source('shopify', 'customer') }} as customers
left join addresses
    on customers.connector = addresses.connector
    and customers.id = addresses.customer_id
    and addresses.position = 1

union all

select
    connector,
    file_path,
    place_in_file,
    id as customer_id,
    email,
    phone,
    first_name,
    last_name,
    created_at,
    updated_at,
    default_address.country_code,
    default_address.province as region,
    default_address.city,
    default_address.zip as postal_code,
    upper(email_marketing_consent.state) as consent_state,
    {{ read_timestamp('email_marketing_consent.consent_updated_at') }} as consent_updated_at,
    accepts_marketing,
    accepts_marketing_updated_at,
    false as is_deleted
from {{ source('shopify', 'customers') }}
