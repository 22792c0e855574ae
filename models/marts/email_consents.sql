{{ config(materialized='view') }}

select
    consents.customer_id,
    consents.email,
    consents.is_subscribed,
    consents.is_suppressed,
    consents.suppressed_by,
    nullif(consents.granted_at, {{ before_everything() }}) as granted_at,
    nullif(consents.withdrawn_at, {{ after_everything() }}) as withdrawn_at,
    consents.bounced_at,
    consents.unsubscribed_at,
    consents.complained_at
from {{ ref('int_email_consents') }} as consents
