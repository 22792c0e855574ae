with

customers as (
    select * from {{ ref('customer_facts') }}
),

first_sessions as (
    select
        customer_id,
        -- Of several at once the smallest name.
        {{ first_by(
            "coalesce(utm_source, 'direct')", 'started_at', "coalesce(utm_source, 'direct')"
        ) }} as acquisition_channel
    from {{ ref('sessions') }}
    where customer_id is not null
    group by customer_id
),

memberships as (
    select
        customer_id,
        max(case when segment = 'journey_stages' then segment_value end) as journey_stage,
        max(case when segment = 'value_tiers' then segment_value end) as value_tier,
        max(case when segment = 'rfm_groups' then segment_value end) as rfm_group,
        max(case when segment = 'devices' then segment_value end) as device_type
    from {{ ref('segment_memberships') }}
    where segment in ('journey_stages', 'value_tiers', 'rfm_groups', 'devices')
    group by customer_id
)

select
    customers.customer_id,
    customers.as_of_date,
    {{ shop_date('customers.first_order_at', var('shop_timezone')) }} as first_order_on,
    first_sessions.acquisition_channel,
    memberships.journey_stage,
    memberships.value_tier,
    memberships.rfm_group,
    memberships.device_type
from customers
left join first_sessions on customers.customer_id = first_sessions.customer_id
left join memberships on customers.customer_id = memberships.customer_id
