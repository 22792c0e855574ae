{%- set setting = as_of_setting(var('as_of', none), var('demo_as_of')) if execute else {} -%}
with

-- Kept days are whole; a day that ends at as_of half-way is computed from its events.
events as {{ not_materialized() }} (
    select
        events.*,
        {{ shop_date('events.occurred_at', var('shop_timezone')) }} as occurred_on
    from {{ ref('stg_events') }} as events
    cross join {{ ref('int_as_of') }} as as_of
    where
        {{ within_a_day_before('events.occurred_at', setting.timestamp) }}
        and events.occurred_at < as_of.as_of
        and {{ shop_date('events.occurred_at', var('shop_timezone')) }} = as_of.as_of_date
),

{{ event_days('events', var('session_gap_minutes')) }}
