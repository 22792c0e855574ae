{%- set salt = env_var('SEGMENTRY_ID_SALT', '') -%}
with

carts as (
    select * from {{ ref('int_carts') }}
),

visits as (
    select * from {{ ref('int_visits') }}
),

sessions as (
    select * from {{ ref('int_sessions') }}
),

devices as (
    select * from {{ ref('int_cart_devices') }}
)

select
    sessions.source_system,
    sessions.visitor_type,
    {{ shown_visitor('sessions', salt) }} as visitor_id,
    sessions.session_id,
    sessions.session_number,
    carts.customer_id,
    sessions.utm_source,
    visits.country_code,
    devices.device_type,
    sessions.add_to_cart_count,
    carts.is_abandoned,
    sessions.started_at,
    {{ shop_date('sessions.started_at', var('shop_timezone')) }} as started_on
from carts
inner join visits on carts.visit_number = visits.visit_number
inner join sessions
    on visits.source_system = sessions.source_system
    and visits.visitor_type = sessions.visitor_type
    and visits.visitor_id = sessions.visitor_id
    and {{ is_same('visits.session_id', 'sessions.session_id') }}
    and visits.started_at = sessions.started_at
left join devices on carts.visit_number = devices.visit_number
