{{ config(materialized='view', enabled=is_connected('segment') or is_connected('rudderstack')) }}

with

calls as (
    select * from {{ ref('base_tracking__landed') }}
),

-- Events that have a table of their own, with their properties.
known as (
    select
        connector,
        id
    from calls
    where table_name not in ('tracks', 'pages', 'screens', 'identifies')
    group by connector, id
)

select
    calls.*,
    case when calls.table_name = 'tracks' then calls.event else calls.table_name end as called,
    case
        when known.id is not null
            then 'it is read from the table of its event'
        when calls.table_name = 'identifies' and calls.anonymous_id is null
            then 'told by a server: nobody was on the site'
    end as left_out
from calls
left join known
    on calls.connector = known.connector and calls.id = known.id and calls.table_name = 'tracks'
