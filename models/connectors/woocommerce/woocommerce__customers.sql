{{ config(enabled=is_connected('woocommerce')) }}

with

facts as (
    {{ facts_of(source('woocommerce', 'usermeta'), 'user_id', [
        'first_name', 'last_name', 'locale', 'billing_phone', 'billing_country', 'billing_state',
        'billing_city', 'billing_postcode',
    ]) }}
)

select
    users.connector,
    users.file_path,
    users.place_in_file,
    users.connector as source_system,
    users.id as customer_id,
    users.user_email as email,
    facts.billing_phone as phone,
    facts.first_name,
    facts.last_name,
    users.user_registered as created_at,
    facts.billing_country as country_code,
    facts.billing_state as region,
    facts.billing_city as city,
    facts.billing_postcode as postal_code,
    facts.locale as language,
    cast(null as date) as birth_date,
    cast(null as {{ dbt.type_string() }}) as gender,
    cast(null as boolean) as accepts_marketing,
    cast(null as {{ dbt.type_timestamp() }}) as accepts_marketing_updated_at,
    cast(null as {{ dbt.type_timestamp() }}) as updated_at,
    cast(null as {{ dbt.type_string() }}) as left_out
from {{ source('woocommerce', 'users') }} as users
left join facts on users.connector = facts.connector and users.id = facts.user_id
