{{ config(enabled=is_connected('shopify_csv')) }}

with

customers as (
    select
        *,
        -- Without an id the address is the account.
        coalesce(ltrim(customer_id, ''''), email) as account_id,
        coalesce(accepts_email_marketing, accepts_marketing) as consent
    from {{ source('shopify_csv', 'customers_export') }}
)

select
    connector,
    file_path,
    place_in_file,
    connector as source_system,
    account_id as customer_id,
    email,
    ltrim(phone, '''') as phone,
    first_name,
    last_name,
    cast(null as {{ dbt.type_timestamp() }}) as created_at,
    coalesce(country_code, default_address_country_code) as country_code,
    coalesce(province, province_code, default_address_province_code) as region,
    coalesce(city, default_address_city) as city,
    ltrim(coalesce(zip, default_address_zip), '''') as postal_code,
    cast(null as {{ dbt.type_string() }}) as language,
    cast(null as date) as birth_date,
    cast(null as {{ dbt.type_string() }}) as gender,
    case
        when consent is not null then coalesce({{ read_boolean('consent') }}, false)
    end as accepts_marketing,
    cast(null as {{ dbt.type_timestamp() }}) as accepts_marketing_updated_at,
    cast(null as {{ dbt.type_timestamp() }}) as updated_at,
    case when account_id is null then 'neither an id nor an address' end as left_out
from customers
