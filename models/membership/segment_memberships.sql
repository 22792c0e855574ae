{%- set segments = [
    'one_timers',
    'loyal_customers',
    'high_spenders',
    'coupon_lovers',
    'idle_customers',
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
