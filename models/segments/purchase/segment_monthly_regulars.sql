with

customers as (
    select * from {{ ref('order_facts') }}
),

ranked_runs as (
    select
        *,
        row_number() over (
            partition by customer_id
            order by month_count desc, days_off asc, day_of_month asc, months_ago asc
        ) as run_rank
    from {{ ref('int_customer_monthly_runs') }}
    where
        month_count >= {{ var('monthly_regulars_min_months') }}
        and months_ago <= {{ var('monthly_regulars_max_months_ago') }}
)

select
    customers.customer_id,
    'monthly_regulars' as segment,
    '' as segment_value,
    customers.as_of_date,
    ranked_runs.last_ordered_at as evidence_at,
    'ordered around day ' || ranked_runs.day_of_month || ' of the month, '
    || ranked_runs.month_count || ' months in a row' as reason
from customers
inner join ranked_runs on customers.customer_id = ranked_runs.customer_id
where ranked_runs.run_rank = 1
