{{ config(enabled=is_connected('shopify')) }}

with

checkouts as (
    select * from {{ ref('base_shopify__checkouts') }}
),

-- Who abandoned a checkout had put something into the cart.
steps as (
    select 'add_to_cart' as event_name, 0 as step
    union all
    select 'begin_checkout' as event_name, 1 as step
)

select
    checkouts.connector,
    checkouts.file_path,
    checkouts.place_in_file * 2 + steps.step as place_in_file,
    checkouts.connector as source_system,
    'checkout:' || checkouts.checkout_id || ':' || steps.event_name as event_id,
    checkouts.created_at as occurred_at,
    steps.event_name,
    cast(null as {{ dbt.type_string() }}) as anonymous_id,
    checkouts.customer_id,
    checkouts.email,
    {{ nothing_for(['session_id', 'product_id', 'order_id']) }},
    cast(null as boolean) as is_bot,
    {{ nothing_for([
        'page_path', 'device_type', 'browser', 'operating_system', 'country_code', 'utm_source',
        'utm_medium', 'utm_campaign', 'referrer',
    ]) }},
    case
        when checkouts.is_deleted then 'deleted in the shop'
        when checkouts.is_completed then 'the checkout was completed'
    end as left_out
from checkouts
cross join steps
