{{ config(enabled=is_connected('shopify_csv')) }}

with

variants as (
    select * from {{ ref('base_shopify_csv__variants') }}
)

select
    connector,
    file_path,
    place_in_file,
    connector as source_system,
    product_id,
    product_name,
    brand,
    category,
    cast(null as {{ dbt.type_string() }}) as collection,
    {{ money('unit_price') }} as unit_price,
    {{ money('unit_cost') }} as unit_cost,
    cast(null as date) as launched_on,
    cast(null as {{ dbt.type_timestamp() }}) as updated_at,
    case when is_picture then 'a further picture of a product' end as left_out
from variants
