-- Buyers by how lately and how often they order: scores from 1 to 5, 5 the best.
-- key: frequency_score, recency_score
select
    frequency_score,
    recency_score,
    count(*) as customer_count,
    sum(net_revenue) as net_revenue
from customer_facts
where recency_score is not null and frequency_score is not null
group by all
order by frequency_score desc, recency_score
