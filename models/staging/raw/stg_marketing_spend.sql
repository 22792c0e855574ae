with

marketing_spend as (
    select * from {{ ref('base_marketing_spend') }}
    where reject_reason is null
)

select
    spend_date,
    channel,
    country_code,
    campaign,
    currency,
    amount
from marketing_spend
