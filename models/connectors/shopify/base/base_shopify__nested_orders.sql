{{ config(materialized='view', enabled=is_connected('shopify')) }}

-- A loader that only appends lands an order again each time it changes: what is nested in it counts
-- once, as it was last.
select
    *,
    row_number() over (
        partition by connector, id
        order by updated_at desc nulls last, file_path desc, place_in_file desc
    ) = 1 as is_latest
from {{ source('shopify', 'orders') }}
