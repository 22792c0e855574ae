with

buyers as (
    select * from {{ ref('cluster_inputs') }}
),

clusters as (
    select * from {{ ref('fitted_clusters') }}
),

-- Bound: eight clusters, whatever the number of buyers.
differences as (
    select
        buyers.customer_id,
        buyers.as_of_date,
        clusters.cluster,
        (buyers.log_net_revenue - clusters.overall_mean_log_net_revenue)
        / clusters.overall_deviation_log_net_revenue
        - clusters.centroid_log_net_revenue as log_net_revenue,
        (buyers.log_order_count - clusters.overall_mean_log_order_count)
        / clusters.overall_deviation_log_order_count
        - clusters.centroid_log_order_count as log_order_count,
        (buyers.full_price_share - clusters.overall_mean_full_price_share)
        / clusters.overall_deviation_full_price_share
        - clusters.centroid_full_price_share as full_price_share,
        (buyers.log_days_since_last_order - clusters.overall_mean_log_days_since_last_order)
        / clusters.overall_deviation_log_days_since_last_order
        - clusters.centroid_log_days_since_last_order as log_days_since_last_order
    from buyers
    cross join clusters
),

distances as (
    select
        customer_id,
        as_of_date,
        cluster,
        log_net_revenue * log_net_revenue
        + log_order_count * log_order_count
        + full_price_share * full_price_share
        + log_days_since_last_order * log_days_since_last_order as squared_distance
    from differences
),

nearest as (
    select
        customer_id,
        as_of_date,
        {{ first_by('cluster', 'squared_distance', 'cluster') }} as cluster,
        min(squared_distance) as squared_distance
    from distances
    group by customer_id, as_of_date
)

select
    nearest.customer_id,
    nearest.as_of_date,
    nearest.cluster,
    clusters.cluster_name,
    sqrt(nearest.squared_distance) as distance_to_centroid
from nearest
inner join clusters on nearest.cluster = clusters.cluster
