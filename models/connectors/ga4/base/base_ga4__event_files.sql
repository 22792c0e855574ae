{{ config(enabled=is_connected('ga4')) }}

with

files as (
    select
        *,
        {{ day_in_path('file_path') }} as day,
        lower(file_path) like '%events_intraday_%' as is_intraday
    from {{ source('ga4_files', 'files') }}
    where table_name = 'events'
),

days as (
    select
        *,
        -- Days in files that are named for one; the last three may still get events that come late.
        dense_rank() over (partition by connector order by day desc nulls last) as day_number,
        day is not null
        and is_intraday
        and not min(is_intraday) over (partition by connector, day) as is_replaced
    from files
)

select
    connector,
    file_path,
    row_count,
    is_replaced,
    file_version || ', ids of ' || {{ sql_text(web_source_system()) }}
    || case when is_replaced then ', replaced' else '' end
    || case
        when day is not null and day_number <= 3 then ', read at {{ run_started_at }}'
        else ''
    end as file_version
from days
