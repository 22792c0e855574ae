-- What a new customer costs by country, over a year of spend, and how many visitors of the last 90 days
-- bought; the fifteen countries with most visitors.
-- key: country_code
with

costs as (
    select
        country_code,
        sum(spend) as spend,
        sum(first_time_buyer_count) as first_time_buyer_count
    from acquisition_costs
    where month > strftime(getvariable('as_of_date') - interval 12 month, '%Y-%m')
    group by country_code
),

visits as (
    select * from shop_metrics
    where dimension = 'country'
)

select
    coalesce(costs.country_code, visits.dimension_value) as country_code,
    nullif(costs.spend, 0) as spend,
    cast(costs.first_time_buyer_count as bigint) as first_time_buyer_count,
    cast(
        nullif(costs.spend, 0) / nullif(costs.first_time_buyer_count, 0) as decimal(18, 2)
    ) as acquisition_cost,
    visits.visitor_count_last_90_days as visitor_count,
    visits.conversion_rate
from costs
full outer join visits on costs.country_code = visits.dimension_value
order by visits.visitor_count_last_90_days desc nulls last, costs.spend desc nulls last, country_code
limit 15
