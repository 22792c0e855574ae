{{ config(materialized='view', enabled=is_connected('woocommerce')) }}

with

facts as (
    {{ facts_of(source('woocommerce', 'postmeta'), 'post_id', [
        '_order_currency', '_order_tax', '_order_shipping', '_order_shipping_tax', '_customer_user',
        '_billing_email', '_payment_method', '_shipping_country', '_shipping_state', '_shipping_city',
        '_shipping_postcode', '_billing_country', '_billing_state', '_billing_city', '_billing_postcode',
    ]) }}
)

select
    posts.connector,
    posts.file_path,
    posts.place_in_file,
    posts.id as order_id,
    posts.post_parent as parent_id,
    posts.post_type as order_type,
    posts.post_status as status,
    facts.order_currency as currency,
    facts.customer_user as customer_id,
    facts.billing_email as email,
    posts.post_date_gmt as created_at,
    posts.post_modified_gmt as updated_at,
    facts.payment_method,
    {{ read_decimal('facts.order_shipping', 'decimal(18, 6)') }} as shipping_amount,
    coalesce({{ read_decimal('facts.order_tax', 'decimal(18, 6)') }}, 0)
    + coalesce({{ read_decimal('facts.order_shipping_tax', 'decimal(18, 6)') }}, 0) as tax_amount,
    coalesce(facts.shipping_country, facts.billing_country) as country_code,
    case
        when facts.shipping_country is not null then facts.shipping_state else facts.billing_state
    end as region,
    case
        when facts.shipping_country is not null then facts.shipping_city else facts.billing_city
    end as city,
    case
        when facts.shipping_country is not null then facts.shipping_postcode
        else facts.billing_postcode
    end as postal_code
from {{ source('woocommerce', 'posts') }} as posts
left join facts on posts.connector = facts.connector and posts.id = facts.post_id
-- Other posts are pages, pictures and products.
where posts.post_type like 'shop%'
