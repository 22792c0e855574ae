{{ config(materialized='view', enabled=is_connected('klaviyo')) }}

with

events as (
    select * from {{ source('klaviyo', 'event') }}
),

-- The same metric may be landed more than once.
metrics as (
    select
        connector,
        id as metric_id,
        min(name) as metric_name
    from {{ source('klaviyo', 'metric') }}
    group by connector, id
),

mapped_metrics as (
    select * from {{ ref('klaviyo_metrics') }}
),

people as (
    select * from {{ ref('base_klaviyo__people') }}
),

named_events as (
    select
        events.*,
        coalesce(metrics.metric_name, events.type) as metric_name
    from events
    left join metrics
        on events.connector = metrics.connector and events.metric_id = metrics.metric_id
)

select
    events.connector,
    events.file_path,
    events.place_in_file,
    events.id as event_id,
    events.metric_name,
    mapped_metrics.contract_table,
    mapped_metrics.event,
    {{ read_text('mapped_metrics.channel') }} as channel,
    coalesce(events.datetime, events.timestamp) as occurred_at,
    people.email,
    coalesce(events.campaign_id, events.flow_id) as campaign_id,
    case
        when events.campaign_id is not null then 'newsletter'
        when events.flow_id is not null then 'promotion'
    end as usual_campaign_type,
    coalesce(events.property_bounce_type, events.propertybouncetype) as bounce_type,
    coalesce(
        events.property_machine_open, events.propertymachineopen,
        events.property_apple_privacy_open, events.propertyappleprivacyopen
    ) as is_machine_open,
    coalesce(events.property_bot_click, events.propertybotclick, false) as is_machine_click,
    coalesce(
        events.property_product_id, events.propertyproductid,
        events.property_added_item_product_id, events.propertyaddeditemproductid
    ) as product_id,
    coalesce(events.property_browser, events.propertybrowser) as browser,
    coalesce(events.property_os, events.propertyos) as operating_system,
    case
        when coalesce(events._fivetran_deleted, false) then 'deleted in Klaviyo'
        when mapped_metrics.metric_name is null
            then 'a metric that is not mapped: ' || coalesce(events.metric_name, 'none')
        when people.email is null then 'a person whose address is not known'
        -- Whoever said no keeps it.
        when
            people.is_deleted
            and mapped_metrics.event not in ('bounced', 'complained', 'unsubscribed', 'withdrawn')
            then 'a person who was deleted in Klaviyo'
    end as left_out
from named_events as events
left join mapped_metrics
    on {{ comparable_text('events.metric_name') }}
    = {{ comparable_text('mapped_metrics.metric_name') }}
left join people
    on events.connector = people.connector and events.person_id = people.person_id
