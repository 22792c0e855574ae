-- Of the days that facts and segments look at.
create table int_customer_product_days as
select
    sessions.customer_id,
    '' as source_system,
    events.product_id,
    cast(events.occurred_at as date) as viewed_on,
    count(*) as view_count,
    max(events.occurred_at) as last_viewed_at
from raw.events as events
inner join int_sessions as sessions on events.session_id = sessions.session_id
where
    events.event_name = 'view_item'
    and events.occurred_at >= getvariable('last_365_days_from')
    and events.occurred_at < getvariable('as_of')
group by sessions.customer_id, events.product_id, cast(events.occurred_at as date);

create view int_customer_viewed_products as
select
    product_days.*,
    products.brand,
    products.category
from int_customer_product_days as product_days
inner join raw.products as products on product_days.product_id = products.product_id;

create temp table customer_product_views as
with

products as (
    select
        customer_id,
        product_id,
        max(viewed_on) as viewed_on
    from int_customer_product_days
    group by customer_id, product_id
)

select
    customer_id,
    count(*) filter (where viewed_on > getvariable('as_of_date') - 30)
        as products_viewed_last_30_days,
    count(*) as products_viewed_last_365_days
from products
group by customer_id;

create table int_visit_products as
select
    sessions.session_id,
    events.product_id,
    any_value(sessions.customer_id) as customer_id,
    any_value(sessions.started_at) as started_at,
    count(*) as view_count,
    max(events.occurred_at) as last_viewed_at
from raw.events as events
inner join int_sessions as sessions on events.session_id = sessions.session_id
where
    events.event_name = 'view_item'
    and events.occurred_at >= getvariable('last_30_days_from')
    and events.occurred_at < getvariable('as_of')
group by sessions.session_id, events.product_id;
