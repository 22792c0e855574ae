{{ config(enabled=is_connected('shopify')) }}

with

customers as (
    select * from {{ ref('base_shopify__customers') }}
)

select
    connector,
    file_path,
    place_in_file,
    connector as source_system,
    customer_id,
    email,
    phone,
    first_name,
    last_name,
    created_at,
    country_code,
    region,
    city,
    postal_code,
    cast(null as {{ dbt.type_string() }}) as language,
    cast(null as date) as birth_date,
    cast(null as {{ dbt.type_string() }}) as gender,
    case
        when consent_state is null then accepts_marketing
        when consent_state = 'SUBSCRIBED' then true
        when consent_state = 'UNSUBSCRIBED' then false
    end as accepts_marketing,
    case
        when consent_state is null then accepts_marketing_updated_at
        when consent_state in ('SUBSCRIBED', 'UNSUBSCRIBED') then consent_updated_at
    end as accepts_marketing_updated_at,
    updated_at,
    case when is_deleted then 'deleted in the shop' end as left_out
from customers
