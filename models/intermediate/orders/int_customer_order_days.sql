with

orders as (
    select * from {{ ref('int_orders') }}
    where is_valid and customer_id is not null
)

select
    customer_id,
    ordered_on,
    substring(cast(ordered_on as {{ dbt.type_string() }}), 1, 4) as ordered_year,
    {{ month_of('ordered_on') }} as ordered_month,
    count(*) as order_count,
    sum(net_revenue) as net_revenue,
    max(ordered_at) as last_ordered_at
from orders
group by customer_id, ordered_on
