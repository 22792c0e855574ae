with

buyers as (
    select * from {{ ref('cluster_inputs') }}
),

clusters as (
    select * from {{ ref('fitted_clusters') }}
),

{% set scales = [
    'log_net_revenue', 'log_order_count', 'full_price_share', 'log_days_since_last_order',
] -%}

-- Bound: eight clusters, whatever the number of buyers.
differences as (
    select
        buyers.customer_id,
        buyers.as_of_date,
        clusters.cluster,
        clusters.cluster_name,
        {%- for scale in scales %}
        (buyers.{{ scale }} - clusters.overall_mean_{{ scale }})
        / clusters.overall_deviation_{{ scale }}
        - clusters.centroid_{{ scale }} as {{ scale }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from buyers
    cross join clusters
),

distances as (
    select
        customer_id,
        as_of_date,
        cluster,
        cluster_name,
        log_net_revenue * log_net_revenue
        + log_order_count * log_order_count
        + full_price_share * full_price_share
        + log_days_since_last_order * log_days_since_last_order as squared_distance
    from differences
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_id order by squared_distance, cluster
        ) as place
    from distances
)

select
    customer_id,
    as_of_date,
    cluster,
    cluster_name,
    sqrt(squared_distance) as distance_to_centroid
from ranked
where place = 1
