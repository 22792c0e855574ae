{%- set covariates = ['orders_before', 'revenue_before', 'expected_orders'] -%}
{%- set sums = ['count(*)', 'sum(outcome_value)', 'sum(outcome_value * outcome_value)'] -%}
{%- for covariate in covariates -%}
    {%- do sums.append('sum(' ~ covariate ~ ')') -%}
{%- endfor -%}
{%- for covariate in covariates -%}
    {%- for other in covariates -%}
        {%- do sums.append('sum(' ~ covariate ~ ' * ' ~ other ~ ')') -%}
    {%- endfor -%}
{%- endfor -%}
{%- for covariate in covariates -%}
    {%- do sums.append('sum(' ~ covariate ~ ' * outcome_value)') -%}
{%- endfor -%}
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
    {{ number_list(sums) }} as sums
from outcomes
group by experiment, outcome, arm
