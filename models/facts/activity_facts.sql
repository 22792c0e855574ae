with

orders as (
    select * from {{ ref('order_facts') }}
),

browsing as (
    select * from {{ ref('browsing_facts') }}
),

email as (
    select * from {{ ref('email_facts') }}
),

-- An answer is a sign of life whatever it says.
responses as (
    select
        customer_id,
        max(responded_at) as last_response_at
    from {{ ref('int_survey_responses') }}
    group by customer_id
),

activities as (
    select
        orders.customer_id,
        orders.as_of,
        orders.as_of_date,
        {{ latest_of([
            'orders.last_order_at', 'browsing.last_event_at',
            'email.last_email_engagement_at', 'responses.last_response_at',
        ]) }} as last_activity_at
    from orders
    inner join browsing on orders.customer_id = browsing.customer_id
    inner join email on orders.customer_id = email.customer_id
    left join responses on orders.customer_id = responses.customer_id
)

select
    customer_id,
    as_of,
    as_of_date,
    last_activity_at,
    as_of_date - {{ shop_date('last_activity_at', var('shop_timezone')) }}
        as days_since_last_activity
from activities
