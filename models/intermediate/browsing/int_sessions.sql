with

slices as (
    select * from {{ ref('int_session_slices') }}
),

sessions as (
    select
        source_system,
        visitor_type,
        visitor_id,
        session_id,
        session_number,
        -- The person of the first event that has one.
        {{ first_by(
            'customer_id',
            'case when customer_id is null then ' ~ after_everything() ~ ' else started_at end',
            'first_event.event_id'
        ) }} as customer_id,
        {{ first_by('first_event', 'started_at', 'first_event.event_id') }} as first_event,
        cast(sum(event_count) as {{ dbt.type_bigint() }}) as event_count,
        cast(sum(add_to_cart_count) as {{ dbt.type_bigint() }}) as add_to_cart_count,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from slices
    group by source_system, visitor_type, visitor_id, session_id, session_number
)

select
    source_system,
    visitor_type,
    visitor_id,
    session_id,
    session_number,
    customer_id,
    first_event.utm_source,
    first_event.country_code,
    event_count,
    add_to_cart_count,
    started_at,
    ended_at
from sessions
