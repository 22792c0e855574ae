-- An order has one refund at most, and names an account or, as a guest's, a mailbox.
create table int_orders as
with

rates as (
    select
        currency,
        rate,
        unnest(
            range(
                rate_date,
                lead(rate_date, 1, getvariable('as_of_date') + 1) over (
                    partition by currency order by rate_date
                ),
                interval 1 day
            )
        )::date as rate_date
    from raw.exchange_rates
    where rate_date <= getvariable('as_of_date')
),

refunds as (
    select
        order_id,
        amount
    from raw.refunds
    where refunded_at < getvariable('as_of')
),

orders as (
    select
        orders.*,
        cast(orders.ordered_at as date) as ordered_on,
        coalesce(
            joined_accounts.customer_id,
            orders.customer_id,
            mailboxes.customer_id,
            'guest:' || substring(md5(orders.email), 1, 16)
        ) as person_id,
        coalesce(rates.rate, 1) as rate,
        coalesce(orders.discount_amount, 0) as own_discount,
        coalesce(refunds.amount, 0) as own_refund
    from raw.orders as orders
    left join rates
        on orders.currency = rates.currency and cast(orders.ordered_at as date) = rates.rate_date
    left join refunds on orders.order_id = refunds.order_id
    left join joined_accounts on orders.customer_id = joined_accounts.account_id
    left join mailboxes on orders.email = mailboxes.email
    where orders.ordered_at < getvariable('as_of')
),

amounts as (
    select
        *,
        cast(round(subtotal_amount * rate, 2) as decimal(18, 2)) as gross_revenue,
        cast(round(own_discount * rate, 2) as decimal(18, 2)) as discount,
        cast(round(own_refund * rate, 2) as decimal(18, 2)) as refunded_amount
    from orders
)

select
    '' as source_system,
    order_id,
    person_id as customer_id,
    anonymous_id,
    payment_method,
    delivery_method,
    country_code,
    city,
    rate,
    gross_revenue,
    discount as discount_amount,
    refunded_amount,
    gross_revenue - discount - refunded_amount as net_revenue,
    status in ('pending', 'completed') as is_placed,
    status = 'completed'
    and not (own_refund > 0 and own_refund >= subtotal_amount - own_discount) as is_valid,
    own_discount > 0 or coupon_code is not null as is_discounted,
    coupon_code is not null as is_coupon_order,
    ordered_at,
    ordered_on
from amounts;

-- No two orders are of the same moment.
create temp table customer_orders as
select
    customer_id,
    count(*) filter (where is_placed) as placed_order_count,
    max(ordered_at) filter (where is_placed) as last_placed_order_at,
    min(ordered_at) filter (where is_valid) as first_order_at,
    max(ordered_at) filter (where is_valid) as last_order_at,
    count(*) filter (where is_valid) as order_count,
    count(*) filter (where is_valid and ordered_at >= getvariable('last_90_days_from'))
        as order_count_last_90_days,
    count(*) filter (where is_valid and ordered_at >= getvariable('last_365_days_from'))
        as order_count_last_365_days,
    count(*) filter (where is_valid and is_discounted) as discounted_order_count,
    count(*) filter (where is_valid and is_coupon_order) as coupon_order_count,
    sum(gross_revenue) filter (where is_valid) as gross_revenue,
    sum(discount_amount) filter (where is_valid) as discount_amount,
    sum(refunded_amount) filter (where is_valid) as refunded_amount,
    sum(net_revenue) filter (where is_valid) as net_revenue,
    sum(net_revenue) filter (where is_valid and ordered_at >= getvariable('last_365_days_from'))
        as net_revenue_last_365_days,
    max(net_revenue) filter (where is_valid) as max_order_value,
    arg_max(struct_pack(country_code := country_code, city := city), ordered_at)
        filter (where is_valid) as place
from int_orders
group by customer_id;

create table int_customer_order_days as
select
    customer_id,
    ordered_on,
    strftime(ordered_on, '%Y') as ordered_year,
    strftime(ordered_on, '%Y-%m') as ordered_month,
    count(*) as order_count,
    max(ordered_at) as last_ordered_at
from int_orders
where is_valid
group by customer_id, ordered_on;

-- Three months in a row of which the last is this or the last one, so only who ordered in these.
create table int_customer_monthly_runs as
with

order_days as (
    select
        customer_id,
        day(ordered_on) as ordered_day,
        day(last_day(ordered_on)) as month_length,
        datediff('month', ordered_on, getvariable('as_of_date')) as months_ago,
        last_ordered_at
    from int_customer_order_days
),

customers as (
    select customer_id
    from order_days
    where months_ago <= 3
    group by customer_id
    having
        bool_or(months_ago = 1) and bool_or(months_ago = 2)
        and (bool_or(months_ago = 0) or bool_or(months_ago = 3))
),

-- A day more or less; one that a month has not got is the month's last.
near_days as (
    select
        *,
        unnest(
            generate_series(
                greatest(ordered_day - 1, 1),
                if(ordered_day >= month_length - 1, 31, ordered_day + 1)
            )
        ) as day_of_month
    from order_days
    semi join customers using (customer_id)
),

months as (
    select
        customer_id,
        day_of_month,
        months_ago,
        min(abs(ordered_day - least(day_of_month, month_length))) as days_off,
        max(last_ordered_at) as last_ordered_at,
        months_ago - row_number() over (
            partition by customer_id, day_of_month order by months_ago
        ) as run_number
    from near_days
    group by customer_id, day_of_month, months_ago
)

select
    customer_id,
    day_of_month,
    min(months_ago) as months_ago,
    count(*) as month_count,
    sum(days_off) as days_off,
    max(last_ordered_at) as last_ordered_at
from months
group by customer_id, day_of_month, run_number;

create table int_customer_order_methods as
with

method_counts as (
    select
        customer_id,
        'delivery' as method_type,
        delivery_method as method,
        count(*) as order_count,
        max(ordered_at) as last_order_at
    from int_orders
    where is_valid
    group by customer_id, delivery_method

    union all

    select
        customer_id,
        'payment' as method_type,
        payment_method as method,
        count(*) as order_count,
        max(ordered_at) as last_order_at
    from int_orders
    where is_valid
    group by customer_id, payment_method
)

select *
from method_counts
qualify row_number() over (
    partition by customer_id, method_type order by order_count desc, method
) = 1;
