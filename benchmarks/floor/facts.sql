-- Everyone who was seen anywhere; guests have no account.
create table int_customers as
with

customers as (
    select customer_id from mailboxes
    union
    select customer_id from customer_orders
    union
    select customer_id from customer_sessions
    union
    select customer_id from customer_emails
    union
    select customer_id from customer_consents
    union
    select customer_id from customer_surveys
)

select
    customers.customer_id,
    case
        when customers.customer_id like 'guest:%' then 0
        else coalesce(len(mailboxes.account_ids), 1)
    end as account_count,
    mailboxes.profile
from customers
left join mailboxes on customers.customer_id = mailboxes.customer_id;

create table order_facts as
with

buyers as (
    select
        *,
        getvariable('as_of_date') - cast(last_order_at as date) as days_since_last_order,
        cast(last_order_at as date) - cast(first_order_at as date) as days_between
    from customer_orders
    where order_count > 0
),

scores as (
    select
        customer_id,
        days_since_last_order,
        case
            when order_count > 1 then cast(days_between as double) / (order_count - 1)
        end as average_days_between_orders,
        cast(ceil(5 * cume_dist() over (order by days_since_last_order desc)) as integer)
            as recency_score,
        case
            when order_count >= 6 then 5
            else least(order_count, 4)
        end as frequency_score,
        cast(ceil(5 * cume_dist() over (order by net_revenue)) as integer) as monetary_score
    from buyers
)

select
    customers.customer_id,
    getvariable('as_of') as as_of,
    getvariable('as_of_date') as as_of_date,
    orders.first_order_at,
    orders.last_order_at,
    scores.days_since_last_order,
    coalesce(orders.order_count, 0) as order_count,
    coalesce(orders.order_count_last_90_days, 0) as order_count_last_90_days,
    coalesce(orders.order_count_last_365_days, 0) as order_count_last_365_days,
    coalesce(orders.placed_order_count, 0) as placed_order_count,
    orders.last_placed_order_at,
    cast(coalesce(orders.gross_revenue, 0) as decimal(18, 2)) as gross_revenue,
    cast(coalesce(orders.discount_amount, 0) as decimal(18, 2)) as discount_amount,
    cast(coalesce(orders.refunded_amount, 0) as decimal(18, 2)) as refunded_amount,
    cast(coalesce(orders.net_revenue, 0) as decimal(18, 2)) as net_revenue,
    cast(coalesce(orders.net_revenue_last_365_days, 0) as decimal(18, 2))
        as net_revenue_last_365_days,
    cast(orders.net_revenue as double) / nullif(orders.order_count, 0) as average_order_value,
    orders.max_order_value,
    coalesce(orders.discounted_order_count, 0) as discounted_order_count,
    cast(orders.discounted_order_count as double) / nullif(orders.order_count, 0)
        as discounted_order_share,
    coalesce(orders.order_count - orders.discounted_order_count, 0) as full_price_order_count,
    coalesce(orders.coupon_order_count, 0) as coupon_order_count,
    cast(orders.coupon_order_count as double) / nullif(orders.order_count, 0)
        as coupon_order_share,
    cast(coalesce(lines.item_count, 0) as double) / nullif(orders.order_count_last_365_days, 0)
        as average_items_per_order_last_365_days,
    coalesce(lines.product_count, 0) as products_bought_last_365_days,
    lines.category as top_category_last_365_days,
    cast(lines.category_order_count as double) / nullif(orders.order_count_last_365_days, 0)
        as top_category_order_share_last_365_days,
    coalesce(lines.new_arrival_order_count, 0) as new_arrival_order_count_last_365_days,
    cast(coalesce(lines.new_arrival_order_count, 0) as double)
    / nullif(orders.order_count_last_365_days, 0) as new_arrival_order_share_last_365_days,
    scores.average_days_between_orders,
    scores.recency_score,
    cast(scores.frequency_score as integer) as frequency_score,
    scores.monetary_score
from int_customers as customers
left join customer_orders as orders on customers.customer_id = orders.customer_id
left join scores on customers.customer_id = scores.customer_id
left join customer_lines as lines on customers.customer_id = lines.customer_id;

create table browsing_facts as
select
    customers.customer_id,
    getvariable('as_of') as as_of,
    getvariable('as_of_date') as as_of_date,
    sessions.last_session_at,
    coalesce(sessions.session_count, 0) as session_count,
    coalesce(sessions.sessions_last_30_days, 0) as sessions_last_30_days,
    coalesce(sessions.sessions_last_90_days, 0) as sessions_last_90_days,
    cast(coalesce(sessions.microseconds_last_30_days, 0) as double) / 60000000
        as minutes_on_site_last_30_days,
    cast(sessions.longest_session.microseconds as double) / 60000000
        as longest_session_minutes_last_30_days,
    sessions.longest_session.started_at as longest_session_last_30_days_at,
    cast(coalesce(sessions.product_view_count, 0) as bigint) as product_view_count,
    cast(coalesce(sessions.product_views_last_30_days, 0) as bigint)
        as product_views_last_30_days,
    coalesce(product_views.products_viewed_last_30_days, 0) as products_viewed_last_30_days,
    coalesce(product_views.products_viewed_last_365_days, 0) as products_viewed_last_365_days,
    sessions.last_view.viewed_at as last_product_view_at,
    sessions.last_view.product_id as last_viewed_product_id,
    sessions.last_add_to_cart_at,
    getvariable('as_of_date') - cast(sessions.last_add_to_cart_at as date)
        as days_since_last_add_to_cart,
    sessions.last_checkout_at,
    getvariable('as_of_date') - cast(sessions.last_checkout_at as date)
        as days_since_last_checkout,
    sessions.last_purchase_event_at,
    cast(coalesce(sessions.lead_count, 0) as bigint) as lead_count,
    cast(coalesce(sessions.share_count, 0) as bigint) as share_count,
    sessions.last_share_at,
    sessions.last_event_at
from int_customers as customers
left join customer_sessions as sessions on customers.customer_id = sessions.customer_id
left join customer_product_views as product_views
    on customers.customer_id = product_views.customer_id;

create table email_facts as
select
    customers.customer_id,
    getvariable('as_of') as as_of,
    getvariable('as_of_date') as as_of_date,
    coalesce(addresses.is_subscribed, false) as is_email_subscriber,
    false as is_suppressed,
    false as is_sms_subscriber,
    cast(coalesce(emails.opens_last_90_days, 0) as bigint) as email_opens_last_90_days,
    cast(coalesce(emails.clicks_last_90_days, 0) as bigint) as email_clicks_last_90_days,
    emails.last_engagement_at as last_email_engagement_at,
    emails.last_marketing_engagement_at
from int_customers as customers
left join int_customer_addresses as addresses on customers.customer_id = addresses.customer_id
left join customer_emails as emails on customers.customer_id = emails.customer_id;

create table voice_facts as
select
    customers.customer_id,
    getvariable('as_of') as as_of,
    getvariable('as_of_date') as as_of_date,
    surveys.latest_csats[1] as latest_csat,
    surveys.latest_csats[2] as previous_csat,
    surveys.latest_csat_at,
    getvariable('as_of_date') - cast(surveys.latest_csat_at as date) as days_since_latest_csat,
    surveys.latest_nps,
    surveys.latest_nps_at,
    getvariable('as_of_date') - cast(surveys.latest_nps_at as date) as days_since_latest_nps,
    surveys.latest_review,
    surveys.latest_review_at,
    getvariable('as_of_date') - cast(surveys.latest_review_at as date)
        as days_since_latest_review,
    coalesce(surveys.review_count, 0) as review_count,
    cast(0 as bigint) as photo_review_count,
    cast(null as timestamp) as last_photo_review_at
from int_customers as customers
left join customer_surveys as surveys on customers.customer_id = surveys.customer_id;

create table profile_facts as
select
    customers.customer_id,
    getvariable('as_of') as as_of,
    getvariable('as_of_date') as as_of_date,
    coalesce(orders.place.country_code, customers.profile.country_code) as country_code,
    cast(null as varchar) as region,
    case when orders.place is null then customers.profile.city else orders.place.city end as city,
    customers.profile.language,
    customers.profile.gender,
    datesub('year', customers.profile.birth_date, getvariable('as_of_date')) as age_years
from int_customers as customers
left join customer_orders as orders on customers.customer_id = orders.customer_id;

create table activity_facts as
select
    customers.customer_id,
    getvariable('as_of') as as_of,
    getvariable('as_of_date') as as_of_date,
    greatest(
        orders.last_order_at,
        sessions.last_event_at,
        emails.last_engagement_at,
        surveys.last_response_at
    ) as last_activity_at,
    getvariable('as_of_date') - cast(last_activity_at as date) as days_since_last_activity
from int_customers as customers
left join customer_orders as orders on customers.customer_id = orders.customer_id
left join customer_sessions as sessions on customers.customer_id = sessions.customer_id
left join customer_emails as emails on customers.customer_id = emails.customer_id
left join customer_surveys as surveys on customers.customer_id = surveys.customer_id;
