{{ config(enabled=is_connected('shopify_csv')) }}
-- depends_on: {{ ref('shopify_csv__orders') }}

with

-- What was given back holds shipping and tax: of merchandise no more than it cost.
refunds as (
    select
        *,
        {{ money('least(refunded_amount, (amount - discount_amount) * net_share)') }}
            as merchandise_amount
    from {{ ref('base_shopify_csv__orders') }}
    where is_first_row and refunded_amount > 0
)

select
    connector,
    file_path,
    place_in_file,
    connector as source_system,
    order_id as refund_id,
    order_id,
    -- Nobody knows when: on the order's day.
    ordered_at as refunded_at,
    merchandise_amount as amount,
    cast(null as {{ dbt.type_timestamp() }}) as updated_at,
    case
        when not is_in_last_file then 'a later file holds the order'
        when merchandise_amount <= 0 then 'nothing of merchandise was refunded'
    end as left_out
from refunds
