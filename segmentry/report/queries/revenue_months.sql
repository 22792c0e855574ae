-- Net revenue by the month of the order: of first orders, of all later ones, and of orders that name nobody; two
-- years at most.
-- key: month, buyers
with

months as (
    select
        cast(date_trunc('month', ordered_on) as date) as month,
        cast(sum(order_count) as bigint) as order_count,
        sum(net_revenue) as net_revenue,
        cast(coalesce(sum(order_count) filter (is_nameless), 0) as bigint) as nameless_order_count,
        sum(net_revenue) filter (is_nameless) as nameless_net_revenue
    from order_days
    group by all
),

first_months as (
    select cohort as month, customer_count as order_count, first_net_revenue as net_revenue
    from buyer_cohorts
),

parts as (
    select month, 'first orders' as buyers, order_count, net_revenue from first_months

    union all

    select
        months.month,
        'repeat orders',
        months.order_count - months.nameless_order_count - coalesce(first_months.order_count, 0),
        months.net_revenue - coalesce(months.nameless_net_revenue, 0) - coalesce(first_months.net_revenue, 0)
    from months
    left join first_months on months.month = first_months.month

    union all

    select month, 'of nobody known', nameless_order_count, nameless_net_revenue
    from months
    where nameless_order_count > 0
)

select * from parts
where month >= date_trunc('month', getvariable('as_of_date') - interval 23 month)
order by month, buyers
