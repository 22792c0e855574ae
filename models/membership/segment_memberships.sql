{%- set segments = [
    'buyers',
    'one_timers',
    'repeat_customers',
    'loyal_customers',
    'high_spenders',
    'high_average_order_value',
    'coupon_lovers',
    'discount_seekers',
    'thrifty_shoppers',
    'trendy_customers',
    'idle_customers',
    'high_end_buyers',
    'category_buyers',
    'category_repeat_buyers',
    'product_buyers',
    'purchase_months',
    'black_friday_buyers',
    'christmas_buyers',
    'sale_buyers',
    'monthly_regulars',
    'referrers',
    'email_subscribers',
    'newsletter_readers',
    'cart_abandoners',
    'locations',
] -%}

{% for segment in segments -%}
select
    customer_id,
    segment,
    segment_value,
    as_of_date,
    evidence_at,
    reason
from {{ ref('segment_' ~ segment) }}
{{ 'union all' if not loop.last }}
{% endfor %}
