with

assignments as (
    select * from {{ ref('experiment_assignments') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

orders as (
    select * from {{ ref('orders') }}
    where is_valid
),

-- A version knows the orders of its own day and is sent after it.
dated_orders as (
    select
        assignments.experiment,
        assignments.customer_id,
        assignments.outcome_days,
        orders.net_revenue,
        orders.ordered_on - assignments.assigned_on as days_after
    from assignments
    inner join orders on assignments.customer_id = orders.customer_id
),

sums as (
    select
        experiment,
        customer_id,
        count(case when days_after between 1 and outcome_days then 1 end) as order_count,
        sum(case when days_after between 1 and outcome_days then net_revenue else 0 end)
            as net_revenue,
        count(case when days_after between -364 and 0 then 1 end) as order_count_before,
        sum(case when days_after between -364 and 0 then net_revenue else 0 end)
            as net_revenue_before
    from dated_orders
    group by experiment, customer_id
)

select
    assignments.experiment,
    assignments.customer_id,
    assignments.arm,
    assignments.assigned_on,
    assignments.share,
    assignments.assigned_on + cast(assignments.outcome_days as integer)
    <= as_of.as_of_date as is_complete,
    coalesce(sums.order_count, 0) > 0 as is_buyer,
    coalesce(sums.order_count, 0) as order_count,
    {{ money('coalesce(sums.net_revenue, 0)') }} as net_revenue,
    coalesce(sums.order_count_before, 0) as order_count_before_365_days,
    {{ money('coalesce(sums.net_revenue_before, 0)') }} as net_revenue_before_365_days,
    assignments.expected_orders
from assignments
cross join as_of
left join sums
    on assignments.experiment = sums.experiment
    and assignments.customer_id = sums.customer_id
