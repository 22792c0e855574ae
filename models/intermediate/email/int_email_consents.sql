with

addresses as (
    select * from {{ ref('int_addresses') }}
),

records as (
    select * from {{ ref('int_address_records') }}
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

suppressions as (
    select
        *,
        case
            when complained_at >= coalesce(granted_at, {{ before_everything() }}) then 'complained'
            when bounced_at is not null then 'bounced'
            when unsubscribed_at >= coalesce(granted_at, {{ before_everything() }})
                then 'unsubscribed'
        end as suppressed_by
    from latest_records
)

select
    addresses.customer_id,
    addresses.email,
    suppressions.granted_at is not null
    and coalesce(suppressions.granted_at > suppressions.withdrawn_at, true)
    and suppressions.suppressed_by is null as is_subscribed,
    suppressions.suppressed_by is not null as is_suppressed,
    suppressions.suppressed_by,
    suppressions.granted_at,
    suppressions.withdrawn_at,
    suppressions.bounced_at,
    suppressions.unsubscribed_at,
    suppressions.complained_at
from addresses
left join suppressions on addresses.email = suppressions.email
