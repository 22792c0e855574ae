with

sessions as (
    select
        sessions.customer_id,
        sessions.started_at,
        {{ microseconds_between('sessions.started_at', 'sessions.ended_at') }} as microseconds,
        sessions.started_at >= as_of.last_30_days_from as is_in_last_30_days,
        sessions.started_at >= as_of.last_90_days_from as is_in_last_90_days
    from {{ ref('int_sessions') }} as sessions
    cross join {{ ref('int_as_of') }} as as_of
    where sessions.customer_id is not null
)

select
    customer_id,
    max(started_at) as last_session_at,
    count(*) as session_count,
    count(case when is_in_last_30_days then 1 end) as sessions_last_30_days,
    count(case when is_in_last_90_days then 1 end) as sessions_last_90_days,
    {{ minutes('sum(case when is_in_last_30_days then microseconds else 0 end)') }}
        as minutes_on_site_last_30_days,
    {{ minutes('max(case when is_in_last_30_days then microseconds end)') }}
        as longest_session_minutes_last_30_days,
    {{ last_by(
        'case when is_in_last_30_days then started_at end',
        'case when is_in_last_30_days then microseconds else -1 end',
        'started_at'
    ) }} as longest_session_last_30_days_at
from sessions
group by customer_id
