with

as_of as (
    select * from {{ ref('int_as_of') }}
),

orders as (
    select * from {{ ref('orders') }}
    where is_valid
),

buyers as (
    select * from {{ ref('customer_facts') }}
    where order_count > 0
),

scores as (
    {%- for measure in ['csat', 'nps', 'review'] %}
    select
        '{{ measure }}' as measure,
        latest_{{ measure }} as score,
        latest_{{ measure }}_at as answered_at,
        customer_id,
        order_count,
        net_revenue
    from buyers
    where latest_{{ measure }} is not null
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

answers as (
    select
        scores.measure,
        case
            when scores.measure = 'review' and scores.score >= 4 then '4 to 5'
            when scores.measure = 'review' and scores.score > 2 then '3'
            when scores.measure = 'review' then '1 to 2'
            when scores.score >= 9 then '9 to 10'
            when scores.score >= 7 then '7 to 8'
            else '0 to 6'
        end as answer,
        scores.answered_at,
        scores.answered_at + interval '90' day as followed_until,
        scores.customer_id,
        scores.order_count,
        scores.net_revenue,
        as_of.as_of_date,
        as_of.as_of
    from scores
    cross join as_of
),

orders_after as (
    select
        answers.measure,
        answers.customer_id
    from answers
    inner join orders
        on answers.customer_id = orders.customer_id
        and answers.answered_at < orders.ordered_at
        and answers.followed_until >= orders.ordered_at
    where answers.followed_until < answers.as_of
    group by answers.measure, answers.customer_id
),

counts as (
    select
        answers.measure,
        answers.answer,
        answers.as_of_date,
        count(*) as buyer_count,
        count(case when answers.order_count > 1 then 1 end) as repeat_buyer_count,
        count(case when answers.followed_until < answers.as_of then 1 end) as followed_buyer_count,
        count(orders_after.customer_id) as order_within_90_days_count,
        sum(answers.net_revenue) as net_revenue
    from answers
    left join orders_after
        on answers.measure = orders_after.measure
        and answers.customer_id = orders_after.customer_id
    group by answers.measure, answers.answer, answers.as_of_date
)

select
    measure,
    answer,
    as_of_date,
    buyer_count,
    repeat_buyer_count,
    {{ share('repeat_buyer_count', 'buyer_count') }} as repeat_purchase_rate,
    followed_buyer_count,
    order_within_90_days_count,
    {{ share('order_within_90_days_count', 'followed_buyer_count') }} as order_within_90_days_rate,
    {{ money('net_revenue') }} as net_revenue,
    {{ money('net_revenue / buyer_count') }} as net_revenue_per_buyer
from counts
