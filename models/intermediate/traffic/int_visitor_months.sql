with

sessions as (
    select
        customer_id,
        source_system,
        visitor_id,
        coalesce(country_code, 'unknown') as country_code,
        {{ month_of(shop_date('started_at', var('shop_timezone'))) }} as month
    from {{ ref('int_sessions') }}
)

select
    country_code,
    month,
    {{ people_count({'source_system': 'source_system', 'visitor_id': 'visitor_id'}) }}
        as visitor_count
from sessions
group by country_code, month
