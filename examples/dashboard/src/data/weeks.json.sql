-- One row per week of the last 26 that is over: sessions, and those that filled a cart.
select
    date_trunc('week', started_on) as week,
    count(*) as session_count,
    count(*) filter (add_to_cart_count > 0) as cart_count
from sessions
where
    cast(date_trunc('week', started_on) as date) + 6 <= (select max(as_of_date) from customer_facts)
    and started_on > (select max(as_of_date) - 183 from customer_facts)
group by week
order by week
