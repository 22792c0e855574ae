with

addresses as (
    select * from {{ ref('int_addresses') }}
),

noes as (
    select
        address_key,
        count(case when kind = 'complained' then 1 end) > 0 as is_complaint,
        count(case when kind = 'bounced' then 1 end) > 0 as is_bounce,
        count(case when kind = 'unsubscribed' then 1 end) > 0 as is_unsubscription
    from {{ ref('stg_platform_suppressions') }} as suppressions
    cross join {{ ref('int_as_of') }} as as_of
    where suppressions.first_seen_at < as_of.as_of
    group by address_key
)

select
    addresses.email,
    case
        when noes.is_complaint then 'complained'
        when noes.is_bounce then 'bounced'
        when noes.is_unsubscription then 'unsubscribed'
        else 'suppressed'
    end as suppressed_by
from addresses
inner join noes on {{ address_key('addresses.email') }} = noes.address_key
