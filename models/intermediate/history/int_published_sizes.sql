with

base as (
    select * from {{ ref('int_history_base') }}
),

sizes as (
    select * from {{ ref('stg_published_segment_sizes') }}
)

select
    sizes.as_of_date,
    sizes.segment,
    sizes.segment_value,
    sizes.customer_count,
    sizes.entered_count,
    sizes.left_count,
    sizes.reach_count,
    sizes.net_revenue,
    sizes.definition
from sizes
inner join base
    on case when base.is_earlier_day then base.current_build_id else base.build_id end
    = sizes.build_id
-- Replayed days are those that were replayed last.
where not sizes.is_replayed
