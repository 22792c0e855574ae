{{ config(enabled=is_connected('woocommerce')) }}

with

posts as (
    select
        *,
        case
            when post_status = 'trash' then 'in the trash'
            when post_status in ('auto-draft', 'draft') then 'a draft'
        end as left_out
    from {{ source('woocommerce', 'posts') }}
    where post_type = 'product'
),

prices as (
    {{ facts_of(source('woocommerce', 'postmeta'), 'post_id', ['_regular_price', '_price']) }}
),

sold as (
    select * from {{ ref('base_woocommerce__sold_products') }}
),

-- Products by their posts; those that are no longer there by what was sold of them.
products as (
    select
        posts.connector,
        posts.file_path,
        posts.place_in_file,
        posts.id as product_id,
        coalesce(posts.post_title, sold.product_name) as product_name,
        coalesce(
            sold.unit_price,
            {{ read_decimal('prices.regular_price', 'decimal(18, 6)') }},
            {{ read_decimal('prices.price', 'decimal(18, 6)') }}
        ) as unit_price,
        posts.post_date_gmt as launched_at,
        posts.post_modified_gmt as updated_at,
        posts.left_out
    from posts
    left join sold on posts.connector = sold.connector and posts.id = sold.product_id
    left join prices on posts.connector = prices.connector and posts.id = prices.post_id

    union all

    select
        sold.connector,
        sold.file_path,
        sold.place_in_file,
        sold.product_id,
        sold.product_name,
        sold.unit_price,
        cast(null as {{ dbt.type_timestamp() }}) as launched_at,
        cast(null as {{ dbt.type_timestamp() }}) as updated_at,
        cast(null as {{ dbt.type_string() }}) as left_out
    from sold
    left join posts
        on sold.connector = posts.connector
        and sold.product_id = posts.id
        and posts.left_out is null
    where posts.id is null
)

select
    products.connector,
    products.file_path,
    products.place_in_file,
    products.connector as source_system,
    products.product_id,
    products.product_name,
    terms.brand,
    terms.category,
    cast(null as {{ dbt.type_string() }}) as collection,
    {{ money('products.unit_price') }} as unit_price,
    cast(null as decimal(18, 2)) as unit_cost,
    {{ shop_date('products.launched_at', var('shop_timezone')) }} as launched_on,
    products.updated_at,
    products.left_out
from products
left join {{ ref('base_woocommerce__terms') }} as terms
    on products.connector = terms.connector and products.product_id = terms.product_id
