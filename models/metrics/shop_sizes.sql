with

base as (
    select * from {{ ref('int_history_base') }}
),

as_of as (
    select as_of.as_of_date
    from {{ ref('int_as_of') }} as as_of
    inner join base on not base.is_earlier_day
),

customers as (
    select * from {{ ref('customer_facts') }}
)

select
    as_of.as_of_date,
    count(customers.customer_id) as customer_count,
    count(case when customers.order_count >= 1 then 1 end) as buyer_count,
    count(case when customers.is_email_subscriber then 1 end) as subscriber_count,
    cast(coalesce(sum(customers.order_count), 0) as {{ dbt.type_bigint() }}) as order_count,
    {{ money('coalesce(sum(customers.net_revenue), 0)') }} as net_revenue,
    false as is_replayed
from as_of
left join customers on as_of.as_of_date = customers.as_of_date
group by as_of.as_of_date

union all

select
    as_of_date,
    customer_count,
    buyer_count,
    subscriber_count,
    order_count,
    net_revenue,
    false as is_replayed
from {{ ref('int_published_shop_sizes') }}

union all

select
    as_of_date,
    customer_count,
    buyer_count,
    subscriber_count,
    order_count,
    net_revenue,
    true as is_replayed
from {{ ref('int_replayed_shop_sizes') }}
