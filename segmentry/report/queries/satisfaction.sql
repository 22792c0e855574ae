-- What buyers said last, how many of them have ordered more than once, and how many ordered within 90 days after
-- their answer, among answers that old.
-- key: measure, answer
with

answers as (
    select
        'CSAT' as measure,
        case when latest_csat >= 9 then '9 to 10' when latest_csat >= 7 then '7 to 8' else '0 to 6' end as answer,
        latest_csat_at as answered_at,
        customer_id,
        order_count,
        net_revenue
    from customer_facts
    where latest_csat is not null and order_count > 0

    union all

    select
        'NPS',
        case when latest_nps >= 9 then '9 to 10' when latest_nps >= 7 then '7 to 8' else '0 to 6' end,
        latest_nps_at,
        customer_id,
        order_count,
        net_revenue
    from customer_facts
    where latest_nps is not null and order_count > 0

    union all

    select
        'Review',
        case when latest_review >= 4 then '4 to 5' when latest_review > 2 then '3' else '1 to 2' end,
        latest_review_at,
        customer_id,
        order_count,
        net_revenue
    from customer_facts
    where latest_review is not null and order_count > 0
),

-- Their 90 days are over.
old_answers as (
    select * from answers
    where answered_at < getvariable('as_of_date') - 90
),

followed as (
    select
        old_answers.measure,
        old_answers.answer,
        count(*) as buyer_count
    from old_answers
    semi join orders
        on old_answers.customer_id = orders.customer_id
        and orders.is_valid
        and orders.ordered_at > old_answers.answered_at
        and orders.ordered_at <= old_answers.answered_at + interval 90 day
    group by old_answers.measure, old_answers.answer
),

old as (
    select measure, answer, count(*) as buyer_count
    from old_answers
    group by measure, answer
)

select
    answers.measure,
    answers.answer,
    count(*) as buyer_count,
    count(case when answers.order_count > 1 then 1 end) / count(*) as repeat_purchase_rate,
    any_value(coalesce(followed.buyer_count, 0) / old.buyer_count) as order_within_90_days_rate,
    cast(sum(answers.net_revenue) / count(*) as decimal(18, 2)) as net_revenue_per_buyer
from answers
left join old on answers.measure = old.measure and answers.answer = old.answer
left join followed on answers.measure = followed.measure and answers.answer = followed.answer
group by answers.measure, answers.answer
order by answers.measure, answers.answer
