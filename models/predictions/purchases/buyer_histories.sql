with

settings as (
    select * from {{ ref('prediction_settings') }}
),

order_days as (
    select * from {{ ref('int_customer_order_days') }}
)

select
    order_days.customer_id,
    count(*) - 1 as repeat_purchase_days,
    max(order_days.ordered_on) - min(order_days.ordered_on) as recency_days,
    max(settings.as_of_date) - min(order_days.ordered_on) as age_days,
    sum(order_days.net_revenue)
    - {{ first_by('order_days.net_revenue', 'order_days.ordered_on', "''") }} as repeat_net_revenue
from order_days
cross join settings
group by order_days.customer_id
