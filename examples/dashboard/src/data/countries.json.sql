-- One row per country of the last 365 days: orders, and what one is worth.
select
    coalesce(country_code, 'unknown') as country,
    count(*) as order_count,
    sum(net_revenue) as net_revenue,
    avg(net_revenue) as average_order_value
from orders
where is_valid and ordered_on > (select max(as_of_date) - 365 from customer_facts)
group by country
order by net_revenue desc, country
