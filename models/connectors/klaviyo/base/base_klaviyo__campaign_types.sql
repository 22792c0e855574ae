{{ config(materialized='view', enabled=is_connected('klaviyo')) }}

with

messages as (
    select connector, id, name, updated, 'newsletter' as usual_type
    from {{ source('klaviyo', 'campaign') }}
    union all
    select connector, id, name, updated, 'promotion' as usual_type
    from {{ source('klaviyo', 'flow') }}
),

patterns as (
    select * from {{ ref('klaviyo_campaign_types') }}
),

-- Of several patterns that match a name, the longest says most about it.
ranked_types as (
    select
        messages.connector,
        messages.id,
        coalesce(patterns.campaign_type, messages.usual_type) as campaign_type,
        row_number() over (
            partition by messages.connector, messages.id
            order by
                messages.updated desc nulls last,
                length(patterns.name_pattern) desc nulls last,
                patterns.name_pattern asc
        ) as position
    from messages
    left join patterns
        on {{ comparable_text('messages.name') }}
        like {{ comparable_text('patterns.name_pattern') }}
)

select
    connector,
    id as campaign_id,
    campaign_type
from ranked_types
where position = 1
