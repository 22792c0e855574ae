-- What buyers said last, and whether they came back.
-- key: measure, answer
with

answers as (
    select
        'CSAT' as measure,
        case when latest_csat >= 9 then '9 to 10' when latest_csat >= 7 then '7 to 8' else '0 to 6' end as answer,
        order_count,
        net_revenue
    from customer_facts
    where latest_csat is not null and order_count > 0

    union all

    select
        'NPS',
        case when latest_nps >= 9 then '9 to 10' when latest_nps >= 7 then '7 to 8' else '0 to 6' end,
        order_count,
        net_revenue
    from customer_facts
    where latest_nps is not null and order_count > 0

    union all

    select
        'Review',
        case when latest_review >= 4 then '4 to 5' when latest_review > 2 then '3' else '1 to 2' end,
        order_count,
        net_revenue
    from customer_facts
    where latest_review is not null and order_count > 0
)

select
    measure,
    answer,
    count(*) as buyer_count,
    count(case when order_count > 1 then 1 end) / count(*) as repeat_purchase_rate,
    cast(sum(net_revenue) / count(*) as decimal(18, 2)) as net_revenue_per_buyer
from answers
group by measure, answer
order by measure, answer
