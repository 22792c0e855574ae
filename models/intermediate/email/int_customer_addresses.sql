with

consents as (
    select * from {{ ref('int_email_consents') }}
),

profiles as (
    select * from {{ ref('int_customer_profiles') }}
),

ranked_addresses as (
    select
        consents.*,
        row_number() over (
            partition by consents.customer_id
            order by
                consents.is_subscribed desc,
                coalesce(consents.email = profiles.email, false) desc,
                consents.email asc
        ) as address_rank
    from consents
    left join profiles on consents.customer_id = profiles.customer_id
)

select
    customer_id,
    email,
    is_subscribed,
    is_suppressed,
    granted_at
from ranked_addresses
where address_rank = 1
