-- Numbers are sessions of 1 to 15 events. Visitors come again and again; a quarter of the sessions of
-- those who have an account are signed in.
with

sessions as (
    select
        number,
        skewed(number, 'visitor', 1.6 * getvariable('customers')) as visitor,
        moment(number, getvariable('count')) as started_at,
        1 + cast(floor(chance(number, 'length') * 15) as integer) as event_count
    from range(getvariable('first_number'), getvariable('end_number')) as numbers(number)
),

events as (
    select
        *,
        unnest(range(event_count)) as event_number
    from sessions
)

select
    'e' || number || '-' || event_number as event_id,
    started_at
    + to_seconds(cast(event_number * (15 + floor(60 * chance(number, event_number))) as bigint))
        as occurred_at,
    case
        when event_number = 0 then 'page_view'
        else one_of(
            [
                'view_item', 'view_item', 'view_item', 'view_item', 'view_item',
                'page_view', 'page_view', 'add_to_cart', 'search', 'begin_checkout'
            ],
            number * 15 + event_number,
            'name'
        )
    end as event_name,
    'v' || visitor as anonymous_id,
    case
        when visitor < getvariable('customers') and chance(number, 'signed in') < 0.25
            then 'c' || visitor
    end as customer_id,
    's' || number as session_id,
    'p' || skewed(number * 15 + event_number, 'product', getvariable('products')) as product_id,
    '/page/' || event_number as page_path,
    one_of(['mobile', 'desktop', 'tablet'], visitor, 'device') as device_type,
    one_of(['Chrome', 'Safari', 'Firefox'], visitor, 'browser') as browser,
    one_of(['google', 'newsletter', 'meta', null], number, 'source') as utm_source
from events
order by occurred_at, event_id
