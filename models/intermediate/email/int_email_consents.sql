with

addresses as (
    select * from {{ ref('int_addresses') }}
),

records as (
    select * from {{ ref('int_address_records') }}
),

platform_suppressions as (
    select * from {{ ref('int_platform_suppressions') }}
),

latest_records as (
    select
        email,
        max(case when record_type = 'granted' then stands_at end) as granted_at,
        max(case when record_type = 'withdrawn' then stands_at end) as withdrawn_at,
        max(case when record_type = 'bounced' then stands_at end) as bounced_at,
        max(case when record_type = 'unsubscribed' then stands_at end) as unsubscribed_at,
        max(case when record_type = 'complained' then stands_at end) as complained_at
    from records
    group by email
),

recorded_suppressions as (
    select
        *,
        case
            when complained_at >= coalesce(granted_at, {{ before_everything() }}) then 'complained'
            when bounced_at is not null then 'bounced'
            when unsubscribed_at >= coalesce(granted_at, {{ before_everything() }})
                then 'unsubscribed'
        end as recorded_suppressed_by
    from latest_records
),

-- What a platform writes to no more stays so as long as it says so, whatever was granted since.
suppressions as (
    select
        addresses.customer_id,
        addresses.email,
        recorded.granted_at,
        recorded.withdrawn_at,
        recorded.bounced_at,
        recorded.unsubscribed_at,
        recorded.complained_at,
        coalesce(
            recorded.recorded_suppressed_by, platform_suppressions.suppressed_by
        ) as suppressed_by
    from addresses
    left join recorded_suppressions as recorded on addresses.email = recorded.email
    left join platform_suppressions on addresses.email = platform_suppressions.email
)

select
    customer_id,
    email,
    granted_at is not null
    and coalesce(granted_at > withdrawn_at, true)
    and suppressed_by is null as is_subscribed,
    suppressed_by is not null as is_suppressed,
    suppressed_by,
    granted_at,
    withdrawn_at,
    bounced_at,
    unsubscribed_at,
    complained_at
from suppressions
