{{ config(materialized='view', enabled=is_connected('woocommerce')) }}

with

-- A shop may keep an order in both: then `wc_orders` counts.
orders as (
    select
        *,
        1 as storage
    from {{ ref('base_woocommerce__stored_orders') }}
    union all
    select
        *,
        2 as storage
    from {{ ref('base_woocommerce__posted_orders') }}
),

versions as (
    select
        *,
        lower(replace(status, 'wc-', '')) as order_status,
        row_number() over (
            partition by connector, order_id
            order by storage asc, updated_at desc nulls last, file_path desc, place_in_file desc
        ) as version_number
    from orders
)

select
    *,
    case
        when version_number > 1 then 'another row holds the order'
        when order_status = 'trash' then 'in the trash'
        when order_status in ('checkout-draft', 'auto-draft', 'draft') then 'a draft'
    end as left_out
from versions
