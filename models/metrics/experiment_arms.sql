with

people as (
    select * from {{ ref('experiment_outcomes') }}
    where is_complete
),

outcomes as (
    {% for outcome, value in [
        ('buyers', 'case when is_buyer then 1 else 0 end'),
        ('orders', 'order_count'),
        ('net_revenue', 'net_revenue')
    ] %}
    select
        experiment,
        arm,
        '{{ outcome }}' as outcome,
        cast({{ value }} as {{ type_double() }}) as outcome_value,
        cast(order_count_before_365_days as {{ type_double() }}) as orders_before,
        cast(net_revenue_before_365_days as {{ type_double() }}) as revenue_before,
        coalesce(expected_orders, 0) as expected_orders
    from people
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    experiment,
    outcome,
    arm,
    count(*) as people_count,
    avg(outcome_value) as mean,
    {{ number_list([
        'count(*)', 'sum(outcome_value)', 'sum(outcome_value * outcome_value)',
        'sum(orders_before)', 'sum(revenue_before)', 'sum(expected_orders)',
        'sum(orders_before * orders_before)', 'sum(orders_before * revenue_before)',
        'sum(orders_before * expected_orders)',
        'sum(revenue_before * orders_before)', 'sum(revenue_before * revenue_before)',
        'sum(revenue_before * expected_orders)',
        'sum(expected_orders * orders_before)', 'sum(expected_orders * revenue_before)',
        'sum(expected_orders * expected_orders)',
        'sum(orders_before * outcome_value)', 'sum(revenue_before * outcome_value)',
        'sum(expected_orders * outcome_value)'
    ]) }} as sums
from outcomes
group by experiment, outcome, arm
