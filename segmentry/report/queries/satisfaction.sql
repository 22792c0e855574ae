-- What buyers said last, how many of them have ordered more than once, and how many ordered within 90 days after
-- their answer, among answers that old.
-- key: measure, answer
with

answers as (
    select
        'CSAT' as measure,
        case when latest_csat >= 9 then '9 to 10' when latest_csat >= 7 then '7 to 8' else '0 to 6' end as answer,
        latest_csat_at as answered_at,
        customer_id
    from customer_facts
    where latest_csat is not null

    union all

    select
        'NPS',
        case when latest_nps >= 9 then '9 to 10' when latest_nps >= 7 then '7 to 8' else '0 to 6' end,
        latest_nps_at,
        customer_id
    from customer_facts
    where latest_nps is not null

    union all

    select
        'Review',
        case when latest_review >= 4 then '4 to 5' when latest_review > 2 then '3' else '1 to 2' end,
        latest_review_at,
        customer_id
    from customer_facts
    where latest_review is not null
),

followed as (
    select
        answers.measure,
        answers.answer,
        answers.customer_id,
        answers.answered_at < getvariable('as_of_date') - 90 as is_old_enough,
        count(orders.order_id) > 0 as is_followed_by_order
    from answers
    left join orders
        on answers.customer_id = orders.customer_id
        and orders.is_valid
        and orders.ordered_at > answers.answered_at
        and orders.ordered_at <= answers.answered_at + interval 90 day
    group by all
)

select
    followed.measure,
    followed.answer,
    count(*) as buyer_count,
    count(case when facts.order_count > 1 then 1 end) / count(*) as repeat_purchase_rate,
    count(case when followed.is_old_enough and followed.is_followed_by_order then 1 end)
    / nullif(count(case when followed.is_old_enough then 1 end), 0) as order_within_90_days_rate,
    cast(sum(facts.net_revenue) / count(*) as decimal(18, 2)) as net_revenue_per_buyer
from followed
inner join customer_facts as facts
    on followed.customer_id = facts.customer_id
    and facts.order_count > 0
group by followed.measure, followed.answer
order by followed.measure, followed.answer
