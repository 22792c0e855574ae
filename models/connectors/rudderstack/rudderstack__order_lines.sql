{{ config(enabled=is_connected('rudderstack') and var('segment_orders')) }}
-- depends_on: {{ ref('rudderstack__orders') }}

with

order_lines as (
    select * from {{ ref('base_tracking__order_lines') }}
    where system = 'rudderstack'
)

select
    connector,
    file_path,
    place_in_file,
    source_system,
    order_id,
    line_number,
    product_id,
    quantity,
    unit_price,
    discount_amount,
    updated_at,
    left_out
from order_lines
