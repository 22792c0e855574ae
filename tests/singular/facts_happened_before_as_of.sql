{%- set timestamps = [
    'first_order_at', 'last_order_at', 'last_placed_order_at', 'first_seen_at', 'last_session_at',
    'last_product_view_at', 'last_add_to_cart_at', 'last_checkout_at', 'last_purchase_event_at',
    'last_email_engagement_at', 'latest_csat_at', 'latest_nps_at', 'latest_review_at',
    'last_activity_at',
] -%}
-- No order, session or fact happened at or after the instant that the build is as of.
with

as_of as (
    select * from {{ ref('int_as_of') }}
),

happenings as (
    select
        'customer_facts' as relation_name, customer_id as row_id,
        {{ latest_of(timestamps) }} as happened_at
    from {{ ref('customer_facts') }}

    union all

    select 'orders' as relation_name, order_id as row_id, ordered_at as happened_at
    from {{ ref('orders') }}

    union all

    select 'sessions' as relation_name, visitor_id as row_id, ended_at as happened_at
    from {{ ref('sessions') }}
)

select
    happenings.relation_name,
    happenings.row_id,
    happenings.happened_at
from happenings
cross join as_of
where happenings.happened_at >= as_of.as_of
