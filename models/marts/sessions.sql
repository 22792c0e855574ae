{%- set salt = env_var('SEGMENTRY_ID_SALT', '') -%}
select
    sessions.source_system,
    sessions.visitor_type,
    {{ shown_visitor('sessions', salt) }} as visitor_id,
    sessions.session_id,
    sessions.session_number,
    sessions.customer_id,
    sessions.utm_source,
    sessions.country_code,
    sessions.event_count,
    sessions.add_to_cart_count,
    {{ minutes(microseconds_between('sessions.started_at', 'sessions.ended_at')) }} as minutes,
    sessions.started_at,
    sessions.ended_at,
    {{ shop_date('sessions.started_at', var('shop_timezone')) }} as started_on
from {{ ref('int_sessions') }} as sessions
