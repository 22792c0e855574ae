with

as_of as (
    select * from {{ ref('int_as_of') }}
),

spend_months as (
    select
        coalesce(country_code, 'unknown') as country_code,
        {{ month_of('spend_date') }} as month,
        sum(amount) as spend
    from {{ ref('int_marketing_spend') }}
    group by coalesce(country_code, 'unknown'), {{ month_of('spend_date') }}
),

visitor_months as (
    select * from {{ ref('int_visitor_months') }}
),

buyer_months as (
    select * from {{ ref('int_buyer_months') }}
),

months as (
    select
        country_code,
        month
    from spend_months

    union

    select
        country_code,
        month
    from visitor_months

    union

    select
        country_code,
        month
    from buyer_months
),

counts as (
    select
        months.country_code,
        months.month,
        coalesce(spend_months.spend, 0) as spend,
        coalesce(visitor_months.visitor_count, 0) as visitor_count,
        coalesce(visitor_months.converted_visitor_count, 0) as converted_visitor_count,
        coalesce(buyer_months.buyer_count, 0) as buyer_count,
        coalesce(buyer_months.first_time_buyer_count, 0) as first_time_buyer_count
    from months
    left join spend_months
        on months.country_code = spend_months.country_code
        and months.month = spend_months.month
    left join visitor_months
        on months.country_code = visitor_months.country_code
        and months.month = visitor_months.month
    left join buyer_months
        on months.country_code = buyer_months.country_code
        and months.month = buyer_months.month
)

select
    counts.country_code,
    counts.month,
    as_of.as_of_date,
    'all visitors' as population,
    {{ money('counts.spend') }} as spend,
    counts.first_time_buyer_count,
    {{ share('counts.spend', 'counts.first_time_buyer_count') }} as customer_acquisition_cost,
    counts.visitor_count,
    counts.converted_visitor_count,
    counts.buyer_count,
    {{ share('counts.converted_visitor_count', 'counts.visitor_count') }} as conversion_rate
from counts
cross join as_of
