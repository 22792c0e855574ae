-- Olist's Brazilian marketplace: a folder of CSV files, local times of Sao Paulo.

create macro original(file_name) as table
select * from read_csv(
    getvariable('source') || '/' || file_name,
    header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', strict_mode = true
);

create macro utc_timestamp(local_time) as
cast(local_time as timestamp) at time zone 'America/Sao_Paulo' at time zone 'UTC';

-- customer_id is issued anew for each order; customer_unique_id is the person.
create table orders as
select
    orders.order_id,
    customers.customer_unique_id as customer_id,
    utc_timestamp(orders.order_purchase_timestamp) as ordered_at,
    case
        when orders.order_status in ('delivered', 'shipped') then 'completed'
        when orders.order_status in ('canceled', 'unavailable') then 'cancelled'
        when orders.order_status in ('created', 'approved', 'invoiced', 'processing')
            then 'pending'
        else orders.order_status
    end as status,
    'BR' as country_code,
    customers.customer_state as region,
    customers.customer_city as city,
    customers.customer_zip_code_prefix as postal_code,
from original('olist_orders_dataset.csv') as orders
left join original('olist_customers_dataset.csv') as customers
    on orders.customer_id = customers.customer_id;

create table order_items as
select
    order_id,
    cast(order_item_id as integer) as line_number,
    product_id,
    cast(price as decimal(18, 2)) as unit_price,
    cast(freight_value as decimal(18, 2)) as freight_amount,
from original('olist_order_items_dataset.csv');

create table payments as
select
    order_id,
    payment_type,
    sum(cast(payment_value as decimal(18, 2))) as paid_amount,
from original('olist_order_payments_dataset.csv')
group by order_id, payment_type;

-- A person lives where the latest order went.
copy (
    select
        customer_id,
        country_code,
        region,
        city,
        postal_code,
    from orders
    qualify row_number() over (
        partition by customer_id order by ordered_at desc, order_id desc
    ) = 1
    order by customer_id
) to (getvariable('output') || '/customers.parquet');

copy (
    select
        products.product_id,
        coalesce(categories.product_category_name_english, products.product_category_name)
            as category,
    from original('olist_products_dataset.csv') as products
    left join original('product_category_name_translation.csv') as categories
        on products.product_category_name = categories.product_category_name
    order by products.product_id
) to (getvariable('output') || '/products.parquet');

-- An order without items has no merchandise: its subtotal is 0.
copy (
    with merchandise as (
        select
            order_id,
            sum(unit_price) as subtotal_amount,
            sum(freight_amount) as shipping_amount,
        from order_items
        group by order_id
    ),

    vouchers as (
        select
            order_id,
            paid_amount,
        from payments
        where payment_type = 'voucher' and paid_amount > 0
    ),

    main_payments as (
        select
            order_id,
            nullif(payment_type, 'not_defined') as payment_method,
        from payments
        qualify row_number() over (
            partition by order_id order by paid_amount desc, payment_type
        ) = 1
    )

    select
        orders.order_id,
        orders.customer_id,
        orders.ordered_at,
        orders.status,
        'BRL' as currency,
        cast(coalesce(merchandise.subtotal_amount, 0) as decimal(18, 2)) as subtotal_amount,
        cast(vouchers.paid_amount as decimal(18, 2)) as discount_amount,
        cast(merchandise.shipping_amount as decimal(18, 2)) as shipping_amount,
        if(vouchers.order_id is not null, 'voucher', null) as coupon_code,
        main_payments.payment_method,
        orders.country_code,
        orders.region,
        orders.city,
        orders.postal_code,
    from orders
    left join merchandise on orders.order_id = merchandise.order_id
    left join vouchers on orders.order_id = vouchers.order_id
    left join main_payments on orders.order_id = main_payments.order_id
    order by orders.ordered_at, orders.order_id
) to (getvariable('output') || '/orders.parquet');

-- Two pieces of one product are two items.
copy (
    select
        order_id,
        line_number,
        product_id,
        1 as quantity,
        unit_price,
    from order_items
    order by order_id, line_number
) to (getvariable('output') || '/order_lines.parquet');

-- One review may stand at several orders of the person: it answers for each.
copy (
    select
        reviews.review_id || '-' || reviews.order_id as response_id,
        utc_timestamp(reviews.review_answer_timestamp) as responded_at,
        'review' as survey_type,
        orders.customer_id,
        reviews.order_id,
        cast(reviews.review_score as decimal(18, 4)) as score,
        cast(5 as decimal(18, 4)) as score_max,
        nullif(concat_ws(
            chr(10), reviews.review_comment_title, reviews.review_comment_message
        ), '') as answer,
    from original('olist_order_reviews_dataset.csv') as reviews
    left join orders on reviews.order_id = orders.order_id
    order by responded_at, response_id
) to (getvariable('output') || '/surveys.parquet');
