-- Every buyer who is told apart is in one cluster, and each has as many as its profile says.
with

inputs as (
    select count(*) as buyer_count from {{ ref('cluster_inputs') }}
),

profiles as (
    select * from {{ ref('cluster_profiles') }}
),

sizes as (
    select
        cluster,
        count(*) as customer_count
    from {{ ref('customer_clusters') }}
    group by cluster
)

select
    profiles.cluster,
    profiles.customer_count,
    sizes.customer_count as assigned_count
from profiles
left join sizes on profiles.cluster = sizes.cluster
where sizes.customer_count is null or profiles.customer_count <> sizes.customer_count

union all

select
    null as cluster,
    inputs.buyer_count as customer_count,
    sum(sizes.customer_count) as assigned_count
from inputs
cross join sizes
group by inputs.buyer_count
having sum(sizes.customer_count) <> inputs.buyer_count
