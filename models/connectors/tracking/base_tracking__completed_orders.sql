{{ config(
    materialized='view',
    enabled=(is_connected('segment') or is_connected('rudderstack')) and var('segment_orders'),
) }}

with

calls as (
    select * from {{ ref('base_tracking__calls') }}
    where table_name = 'order_completed'
)

select
    *,
    row_number() over (
        partition by order_id order by timestamp asc nulls last, id asc, file_path asc
    ) as completion_number
from calls
