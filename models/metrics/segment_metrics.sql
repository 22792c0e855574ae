with

as_of as (
    select * from {{ ref('int_as_of') }}
),

customers as (
    select * from {{ ref('customer_facts') }}
),

carts as (
    select * from {{ ref('int_customer_carts') }}
),

traffic as (
    select * from {{ ref('int_shop_traffic') }}
    where dimension = 'shop'
),

members as (
    select * from {{ ref('segment_members') }}
),

sums as (
    select
        members.segment,
        members.segment_value,
        count(customers.customer_id) as customer_count,
        coalesce(sum(customers.net_revenue), 0) as net_revenue,
        coalesce(sum(customers.order_count), 0) as order_count,
        coalesce(sum(customers.coupon_order_count), 0) as coupon_order_count,
        count(case when customers.order_count >= 1 then 1 end) as buyer_count,
        count(case when customers.order_count > 1 then 1 end) as repeat_buyer_count,
        count(case when customers.is_email_subscriber then 1 end) as subscriber_count,
        count(case when customers.sessions_last_90_days >= 1 then 1 end) as recent_visitor_count,
        count(case when customers.order_count_last_90_days >= 1 then 1 end) as recent_buyer_count,
        count(
            case
                when customers.sessions_last_90_days >= 1
                    and customers.order_count_last_90_days >= 1
                    then 1
            end
        ) as converted_visitor_count,
        coalesce(sum(customers.sessions_last_90_days), 0) as session_count,
        coalesce(sum(carts.cart_count), 0) as cart_count,
        coalesce(sum(carts.abandoned_cart_count), 0) as abandoned_cart_count
    from members
    left join customers on members.customer_id = customers.customer_id
    left join carts on members.customer_id = carts.customer_id
    group by members.segment, members.segment_value
),

-- Rates under segment '' are of all visitors and buyers, anonymous ones included.
counts as (
    select
        sums.*,
        everyone.customer_count as all_customer_count,
        everyone.net_revenue as all_net_revenue,
        coalesce(traffic.visitor_count, sums.recent_visitor_count) as visitors,
        coalesce(traffic.converted_visitor_count, sums.converted_visitor_count)
            as converted_visitors,
        coalesce(traffic.buyer_count, sums.recent_buyer_count) as buyers,
        coalesce(traffic.session_count, sums.session_count) as sessions,
        coalesce(traffic.cart_count, sums.cart_count) as carts,
        coalesce(traffic.abandoned_cart_count, sums.abandoned_cart_count) as abandoned_carts
    from sums
    inner join sums as everyone on everyone.segment = ''
    left join traffic on case when sums.segment = '' then 'shop' end = traffic.dimension
)

select
    counts.segment,
    counts.segment_value,
    as_of.as_of_date,
    counts.customer_count,
    {{ share('counts.customer_count', 'counts.all_customer_count') }} as customer_share,
    {{ money('counts.net_revenue') }} as net_revenue,
    {{ share('counts.net_revenue', 'counts.all_net_revenue') }} as net_revenue_share,
    cast(counts.order_count as {{ dbt.type_bigint() }}) as order_count,
    {{ share('counts.net_revenue', 'counts.order_count') }} as average_order_value,
    {{ share('counts.repeat_buyer_count', 'counts.buyer_count') }} as repeat_purchase_rate,
    {{ share('counts.coupon_order_count', 'counts.order_count') }} as coupon_order_share,
    counts.subscriber_count,
    case when counts.segment = '' then 'all visitors' else 'known customers' end as population,
    counts.visitors as visitor_count_last_90_days,
    counts.converted_visitors as converted_visitor_count_last_90_days,
    counts.buyers as buyer_count_last_90_days,
    cast(counts.sessions as {{ dbt.type_bigint() }}) as session_count_last_90_days,
    cast(counts.carts as {{ dbt.type_bigint() }}) as cart_count_last_90_days,
    cast(counts.abandoned_carts as {{ dbt.type_bigint() }}) as abandoned_cart_count_last_90_days,
    {{ share('counts.converted_visitors', 'counts.visitors') }} as conversion_rate,
    {{ share('counts.carts', 'counts.sessions') }} as add_to_cart_rate,
    {{ share('counts.abandoned_carts', 'counts.carts') }} as cart_abandonment_rate
from counts
cross join as_of
