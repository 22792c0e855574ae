with

orders as (
    select
        customer_id,
        source_system,
        anonymous_id,
        -- Without a person and a visitor an order is all that is known of its buyer.
        case when anonymous_id is null then order_id end as lone_order_id,
        coalesce(country_code, 'unknown') as country_code,
        {{ month_of('ordered_on') }} as month,
        customer_id is not null and row_number() over (
            partition by customer_id
            order by ordered_at, order_id, source_system
        ) = 1 as is_first_order
    from {{ ref('int_orders') }}
    where is_valid
)

select
    country_code,
    month,
    {{ people_count({
        'source_system': 'source_system',
        'anonymous_id': 'anonymous_id',
        'order_id': 'lone_order_id',
    }) }} as buyer_count,
    count(case when is_first_order then 1 end) as first_time_buyer_count
from orders
group by country_code, month
