{#- Facts that tick by themselves are left out: a date says the same and stays. -#}
{%- set facts = [
    'account_count', 'country_code', 'region', 'city', 'language', 'gender',
    'first_order_at', 'last_order_at', 'order_count', 'order_count_last_90_days',
    'order_count_last_365_days', 'placed_order_count', 'last_placed_order_at', 'gross_revenue',
    'discount_amount', 'refunded_amount', 'net_revenue', 'net_revenue_last_365_days',
    'average_order_value', 'max_order_value', 'discounted_order_count', 'discounted_order_share',
    'full_price_order_count', 'coupon_order_count', 'coupon_order_share',
    'average_items_per_order_last_365_days', 'products_bought_last_365_days',
    'top_category_last_365_days', 'top_category_order_share_last_365_days',
    'new_arrival_order_count_last_365_days', 'new_arrival_order_share_last_365_days',
    'average_days_between_orders', 'recency_score', 'frequency_score', 'monetary_score',
    'first_seen_at', 'last_session_at', 'session_count', 'sessions_last_30_days',
    'sessions_last_90_days', 'minutes_on_site_last_30_days', 'longest_session_minutes_last_30_days',
    'product_view_count', 'product_views_last_30_days', 'products_viewed_last_30_days',
    'products_viewed_last_365_days', 'last_product_view_at', 'last_viewed_product_id',
    'last_add_to_cart_at', 'last_checkout_at', 'last_purchase_event_at', 'lead_count',
    'share_count', 'last_share_at', 'is_email_subscriber', 'is_suppressed', 'is_sms_subscriber',
    'email_opens_last_90_days', 'email_clicks_last_90_days', 'last_email_engagement_at',
    'last_marketing_engagement_at', 'latest_csat', 'previous_csat', 'latest_csat_at', 'latest_nps',
    'latest_nps_at', 'latest_review', 'latest_review_at', 'review_count', 'photo_review_count',
    'last_activity_at',
] -%}
{%- set traits = {} -%}
{%- for fact in facts -%}
{%- set value = 'customers.' ~ fact -%}
{%- do traits.update({fact: utc_text(value) if fact.endswith('_at') else value}) -%}
{%- endfor -%}
with

customers as (
    select * from {{ ref('customer_facts') }}
    where is_email_subscriber
),

contacts as (
    select * from {{ ref('customer_contacts') }}
),

-- What tells something personal leaves only when a sync asks for it by name.
memberships as (
    select
        memberships.customer_id,
        case
            when memberships.segment_value = '' then memberships.segment
            else memberships.segment || ':' || memberships.segment_value
        end as segment
    from {{ ref('segment_memberships') }} as memberships
    inner join {{ ref('segment_catalog') }} as catalog
        on memberships.segment = catalog.segment
    inner join customers on memberships.customer_id = customers.customer_id
    where not catalog.is_sensitive
),

segments as (
    select
        customer_id,
        {{ sorted_list('segment') }} as segments
    from memberships
    group by customer_id
)

select
    customers.customer_id,
    contacts.email,
    contacts.first_name,
    contacts.last_name,
    -- A phone number leaves only where its owner agreed to text messages.
    case when customers.is_sms_subscriber then contacts.phone end as phone,
    customers.country_code, customers.language, customers.gender,
    customers.first_order_at, customers.last_order_at, customers.order_count,
    customers.net_revenue, customers.net_revenue_last_365_days, customers.average_order_value,
    customers.coupon_order_share, customers.top_category_last_365_days,
    customers.recency_score, customers.frequency_score, customers.monetary_score,
    customers.last_session_at, customers.last_viewed_product_id, customers.last_add_to_cart_at,
    customers.last_marketing_engagement_at, customers.latest_csat, customers.latest_nps,
    {{ as_json(row_struct(traits)) }} as traits,
    coalesce(segments.segments, {{ empty_list() }}) as segments
from customers
inner join contacts on customers.customer_id = contacts.customer_id
left join segments on customers.customer_id = segments.customer_id
