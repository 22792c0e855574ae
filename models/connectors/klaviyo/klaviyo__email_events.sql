{{ config(enabled=is_connected('klaviyo')) }}

with

-- What no metric is mapped for is counted here.
events as (
    select * from {{ ref('base_klaviyo__events') }}
    where contract_table = 'email_events' or contract_table is null
),

campaign_types as (
    select * from {{ ref('base_klaviyo__campaign_types') }}
)

select
    events.connector,
    events.file_path,
    events.place_in_file,
    events.connector as source_system,
    events.event_id,
    events.occurred_at,
    events.event as event_type,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    events.email,
    events.campaign_id,
    coalesce(campaign_types.campaign_type, events.usual_campaign_type) as campaign_type,
    case when events.event = 'opened' then events.is_machine_open end as is_machine_open,
    case when events.event = 'bounced' then lower(events.bounce_type) end as bounce_type,
    case
        when events.left_out is not null then events.left_out
        when events.event = 'clicked' and events.is_machine_click then 'a click of a machine'
    end as left_out
from events
left join campaign_types
    on events.connector = campaign_types.connector
    and events.campaign_id = campaign_types.campaign_id
