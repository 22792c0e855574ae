-- Every buyer is a first-time buyer in one country and month, and no spend is lost.
with

acquisition as (
    select
        coalesce(sum(first_time_buyer_count), 0) as first_time_buyer_count,
        coalesce(sum(spend), 0) as spend
    from {{ ref('acquisition_costs') }}
),

buyers as (
    select count(*) as buyer_count
    from {{ ref('customer_facts') }}
    where order_count >= 1
),

marketing_spend as (
    select coalesce(sum(amount), 0) as amount
    from {{ ref('int_marketing_spend') }}
),

staged_spend as (
    select count(*) as row_count
    from {{ ref('stg_marketing_spend') }} as marketing_spend
    cross join {{ ref('int_as_of') }} as as_of
    where marketing_spend.spend_date <= as_of.as_of_date
),

converted_spend as (
    select count(*) as row_count
    from {{ ref('int_marketing_spend') }}
)

select
    acquisition.first_time_buyer_count,
    buyers.buyer_count,
    acquisition.spend,
    marketing_spend.amount,
    staged_spend.row_count as staged_row_count,
    converted_spend.row_count as converted_row_count
from acquisition
cross join buyers
cross join marketing_spend
cross join staged_spend
cross join converted_spend
where
    acquisition.first_time_buyer_count <> buyers.buyer_count
    or acquisition.spend <> marketing_spend.amount
    or staged_spend.row_count <> converted_spend.row_count
