{{ config(materialized='view', enabled=is_connected('klaviyo')) }}

with

people as (
    select
        *,
        row_number() over (
            partition by connector, id
            order by updated desc nulls last, file_path desc, place_in_file desc
        ) as version_number
    from {{ source('klaviyo', 'person') }}
)

select
    connector,
    file_path,
    place_in_file,
    id as person_id,
    email,
    subscriptions,
    coalesce(updated, _fivetran_synced) as updated_at,
    coalesce(_fivetran_deleted, false) as is_deleted
from people
where version_number = 1
