-- One row per day of the last 180 that was published or replayed: how large the shop was.
select as_of_date, customer_count, buyer_count, subscriber_count
from shop_sizes
where as_of_date > (select max(as_of_date) - 180 from shop_sizes)
order by as_of_date
