with

subscribers as (
    select * from {{ ref('email_facts') }}
    where is_email_subscriber
),

addresses as (
    select * from {{ ref('int_customer_addresses') }}
),

-- Consent may be undated, or noted on an account after the day that is looked at.
dated_consents as (
    select
        subscribers.customer_id,
        subscribers.as_of_date,
        case
            when addresses.granted_at > {{ before_everything() }}
                and addresses.granted_at < subscribers.as_of
                then addresses.granted_at
        end as granted_at
    from subscribers
    inner join addresses on subscribers.customer_id = addresses.customer_id
)

select
    customer_id,
    'email_subscribers' as segment,
    '' as segment_value,
    as_of_date,
    granted_at as evidence_at,
    'subscribed by a consent of '
    || coalesce(
        cast({{ shop_date('granted_at', var('shop_timezone')) }} as {{ dbt.type_string() }}),
        'unknown date'
    ) as reason
from dated_consents
