with

buyers as (
    select
        *,
        rank() over (order by net_revenue desc) as revenue_rank,
        count(*) over () as buyer_count
    from {{ ref('order_facts') }}
    where order_count >= 1
)

select
    buyers.customer_id,
    'value_tiers' as segment,
    case
        {%- for tier in var('value_tiers_percent') %}
        when 100 * buyers.revenue_rank <= {{ tier }} * buyers.buyer_count then 'top {{ tier }}%'
        {%- endfor %}
        else 'rest'
    end as segment_value,
    buyers.as_of_date,
    buyers.last_order_at as evidence_at,
    'rank ' || buyers.revenue_rank || ' of ' || {{ counted('buyers.buyer_count', 'buyer') }}
    || ' with ' || {{ amount('buyers.net_revenue', var('reporting_currency')) }} as reason
from buyers
