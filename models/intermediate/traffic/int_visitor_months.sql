with

sessions as (
    select
        coalesce(country_code, 'unknown') as country_code,
        {{ month_of(shop_date('started_at', var('shop_timezone'))) }} as month,
        {{ person_or_stranger('visitor_id') }}
    from {{ ref('int_sessions') }}
),

orders as (
    select
        coalesce(country_code, 'unknown') as country_code,
        {{ month_of('ordered_on') }} as month,
        {{ person_or_stranger('anonymous_id') }}
    from {{ ref('int_orders') }}
    where is_valid and (customer_id is not null or anonymous_id is not null)
),

visitors as (
    select country_code, month, customer_id, stranger_source_system, stranger_id
    from sessions
    group by country_code, month, customer_id, stranger_source_system, stranger_id
),

buyers as (
    select country_code, month, customer_id, stranger_source_system, stranger_id
    from orders
    group by country_code, month, customer_id, stranger_source_system, stranger_id
)

select
    visitors.country_code,
    visitors.month,
    count(*) as visitor_count,
    count(buyers.month) as converted_visitor_count
from visitors
left join buyers
    on visitors.country_code = buyers.country_code
    and visitors.month = buyers.month
    and {{ same_person('visitors', 'buyers') }}
group by visitors.country_code, visitors.month
