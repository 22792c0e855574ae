-- REES46 events: one CSV file (plain or gzip) of views, carts and purchases in UTC.

-- A line that can't be split goes to the table reject_errors.
create table original as
select * from read_csv(
    getvariable('source'),
    header = true,
    auto_detect = false,
    delim = ',',
    quote = '"',
    escape = '"',
    store_rejects = true,
    columns = {
        'event_time': 'varchar',
        'event_type': 'varchar',
        'product_id': 'varchar',
        'category_id': 'varchar',
        'category_code': 'varchar',
        'brand': 'varchar',
        'price': 'varchar',
        'user_id': 'varchar',
        'user_session': 'varchar'
    }
);

-- Events have no id: the digest of the line is one, so that a line sent twice stays one event.
create table events as
select
    md5(concat_ws(
        '|',
        event_time,
        event_type,
        product_id,
        coalesce(category_id, ''),
        coalesce(category_code, ''),
        coalesce(brand, ''),
        coalesce(price, ''),
        coalesce(user_id, ''),
        coalesce(user_session, '')
    )) as event_id,
    cast(replace(event_time, ' UTC', '') as timestamp) as occurred_at,
    case event_type
        when 'view' then 'view_item'
        when 'cart' then 'add_to_cart'
        else event_type
    end as event_name,
    user_id as customer_id,
    user_session as session_id,
    product_id,
    brand,
    category_code as category,
    cast(price as decimal(18, 2)) as unit_price,
from original;

copy (
    select
        event_id,
        occurred_at,
        event_name,
        customer_id,
        session_id,
        product_id,
        if(event_name = 'purchase', event_id, null) as order_id,
    from events
    order by occurred_at, event_id
) to (getvariable('output') || '/events') (format parquet, per_thread_output true);

-- Malformed lines are handed on as they are. They don't split into nine fields, so under any header
-- of nine columns the contract rejects them with their text.
copy (
    with malformed_lines as (
        select distinct
            line as position,
            trim(csv_line, chr(13) || chr(10)) as line,
        from reject_errors
    ),

    header as (
        select
            0 as position,
            'event_id,occurred_at,event_name,customer_id,session_id,product_id,order_id,'
            || 'anonymous_id,email' as line,
    )

    select line
    from (
        select * from header
        union all
        select * from malformed_lines
    )
    order by position
) to (getvariable('output') || '/events/malformed.csv')
(format csv, header false, delimiter '', quote '', escape '');

-- A purchase event is an order of one line and one piece: the file has no baskets and no
-- quantities.
copy (
    select
        event_id as order_id,
        customer_id,
        occurred_at as ordered_at,
        'completed' as status,
        'USD' as currency,
        unit_price as subtotal_amount,
    from events
    where event_name = 'purchase'
    order by occurred_at, event_id
) to (getvariable('output') || '/orders.parquet');

copy (
    select
        event_id as order_id,
        1 as line_number,
        product_id,
        1 as quantity,
        unit_price,
    from events
    where event_name = 'purchase'
    order by occurred_at, event_id
) to (getvariable('output') || '/order_lines.parquet');

copy (
    select
        product_id,
        brand,
        category,
        unit_price,
    from events
    qualify row_number() over (
        partition by product_id order by occurred_at desc, event_id
    ) = 1
    order by product_id
) to (getvariable('output') || '/products.parquet');
