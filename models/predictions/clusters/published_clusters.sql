with

base as (
    select * from {{ ref('int_history_base') }}
),

profiles as (
    select * from {{ ref('stg_published_cluster_profiles') }}
)

select
    profiles.cluster,
    profiles.centroid_log_net_revenue,
    profiles.centroid_log_order_count,
    profiles.centroid_full_price_share,
    profiles.centroid_log_days_since_last_order,
    profiles.overall_mean_log_net_revenue,
    profiles.overall_mean_log_order_count,
    profiles.overall_mean_full_price_share,
    profiles.overall_mean_log_days_since_last_order,
    profiles.overall_deviation_log_net_revenue,
    profiles.overall_deviation_log_order_count,
    profiles.overall_deviation_full_price_share,
    profiles.overall_deviation_log_days_since_last_order
from profiles
inner join base
    on case when base.is_earlier_day then base.current_build_id else base.build_id end
    = profiles.build_id
