with

session_parts as (
    select * from {{ ref('int_session_parts') }}
),

visitor_persons as (
    select * from {{ ref('int_visitor_persons') }}
),

attributed_parts as (
    select
        session_parts.*,
        visitor_persons.customer_id,
        row_number() over (
            partition by
                session_parts.source_system,
                session_parts.visitor_type,
                session_parts.visitor_id,
                session_parts.session_id,
                session_parts.session_number
            order by
                visitor_persons.customer_id is null,
                session_parts.started_at,
                session_parts.first_event_id
        ) as person_rank
    from session_parts
    left join visitor_persons
        on {{ same_identity('session_parts', 'visitor_persons') }}
        and {{ is_same('session_parts.anonymous_id', 'visitor_persons.anonymous_id') }}
)

select
    source_system,
    visitor_type,
    visitor_id,
    session_id,
    session_number,
    -- The person of the first event that has one.
    max(case when person_rank = 1 then customer_id end) as customer_id,
    {{ first_by('first_utm_source', 'started_at', 'first_event_id') }} as utm_source,
    {{ first_by('first_country_code', 'started_at', 'first_event_id') }} as country_code,
    cast(sum(event_count) as {{ dbt.type_bigint() }}) as event_count,
    cast(sum(add_to_cart_count) as {{ dbt.type_bigint() }}) as add_to_cart_count,
    min(started_at) as started_at,
    max(ended_at) as ended_at
from attributed_parts
group by
    source_system,
    visitor_type,
    visitor_id,
    session_id,
    session_number
