{#-
    The closing CTEs and select of a model of `int_product_days`: the views of a product and its additions
    to carts on a day, of one file, by identity and session id, and slice. Without a session id the time
    says which session they belong to: no slice is in two of them.
    `events` must be a CTE of staged events with `occurred_on`, their shop-local date.
-#}
{% macro product_days(events, session_gap_minutes) -%}
product_events as {{ not_materialized() }} (
    select * from {{ events }}
    where product_id is not null and event_name in ('view_item', 'add_to_cart')
),

sliced_events as (
    {{ cut_by_pauses(
        'product_events',
        ['file_path', 'source_system', 'anonymous_id', 'account_id', 'email', 'occurred_on',
            'product_id'],
        session_gap_minutes
    ) }}
)

select
    file_path,
    source_system,
    anonymous_id,
    account_id,
    email,
    session_id,
    product_id,
    occurred_on,
    slice_number,
    count(case when event_name = 'view_item' then 1 end) as view_count,
    count(case when event_name = 'add_to_cart' then 1 end) as add_to_cart_count,
    max(case when event_name = 'view_item' then occurred_at end) as last_viewed_at,
    min(occurred_at) as started_at
from sliced_events
group by
    file_path,
    source_system,
    anonymous_id,
    account_id,
    email,
    session_id,
    product_id,
    occurred_on,
    slice_number
{%- endmacro %}
