{{ config(enabled=is_connected('klaviyo')) }}

with

events as (
    select * from {{ ref('base_klaviyo__events') }}
    where contract_table = 'consent_events'
),

noes as (
    select * from {{ ref('base_klaviyo__noes') }}
),

exclusions as (
    select * from {{ source('klaviyo', 'global_exclusion') }}
)

select
    connector,
    file_path,
    place_in_file,
    connector as source_system,
    event_id as consent_id,
    occurred_at,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    email,
    channel,
    event as state,
    metric_name as source,
    left_out
from events

union all

select
    connector,
    file_path,
    place_in_file,
    connector as source_system,
    'profile:' || no_id as consent_id,
    occurred_at,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    email,
    channel,
    'withdrawn' as state,
    'profile: ' || coalesce(reason, 'suppressed') as source,
    case when email is null then 'a person whose address is not known' end as left_out
from noes

union all

select
    connector,
    file_path,
    place_in_file,
    connector as source_system,
    'exclusion:' || {{ dbt.hash(comparable_text('email')) }} as consent_id,
    coalesce(timestamp, created, _fivetran_synced) as occurred_at,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    email,
    'email' as channel,
    'withdrawn' as state,
    'exclusion: ' || coalesce(reason, 'none given') as source,
    case
        when coalesce(_fivetran_deleted, false) then 'deleted in Klaviyo'
        when email is null then 'a person whose address is not known'
    end as left_out
from exclusions
