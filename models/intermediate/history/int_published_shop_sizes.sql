with

base as (
    select * from {{ ref('int_history_base') }}
),

sizes as (
    select * from {{ ref('stg_published_shop_sizes') }}
)

select
    sizes.as_of_date,
    sizes.customer_count,
    sizes.buyer_count,
    sizes.subscriber_count,
    sizes.order_count,
    sizes.net_revenue
from sizes
inner join base
    on case when base.is_earlier_day then base.current_build_id else base.build_id end
    = sizes.build_id
-- Replayed days are those that were replayed last.
where not sizes.is_replayed
