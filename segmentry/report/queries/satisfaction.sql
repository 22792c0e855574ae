-- What buyers said last, how many of them have ordered more than once, and how many ordered within 90 days after
-- their answer, among answers that old.
-- key: measure, answer
select
    case measure when 'csat' then 'CSAT' when 'nps' then 'NPS' else 'Review' end as measure,
    answer,
    buyer_count,
    repeat_purchase_rate,
    order_within_90_days_rate,
    net_revenue_per_buyer
from satisfaction_outcomes
order by measure, answer
