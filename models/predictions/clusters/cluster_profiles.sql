with

as_of as (
    select * from {{ ref('int_as_of') }}
),

clusters as (
    select * from {{ ref('fitted_clusters') }}
)

select
    as_of.as_of_date,
    clusters.cluster,
    clusters.cluster_name,
    clusters.customer_count,
    {{ share('clusters.customer_count', 'sum(clusters.customer_count) over ()') }}
        as customer_share,
    clusters.average_net_revenue,
    clusters.average_order_count,
    clusters.average_full_price_share,
    clusters.average_days_since_last_order,
    clusters.centroid_log_net_revenue,
    clusters.centroid_log_order_count,
    clusters.centroid_full_price_share,
    clusters.centroid_log_days_since_last_order,
    clusters.overall_mean_log_net_revenue,
    clusters.overall_mean_log_order_count,
    clusters.overall_mean_full_price_share,
    clusters.overall_mean_log_days_since_last_order,
    clusters.overall_deviation_log_net_revenue,
    clusters.overall_deviation_log_order_count,
    clusters.overall_deviation_full_price_share,
    clusters.overall_deviation_log_days_since_last_order,
    clusters.silhouette
from clusters
cross join as_of
