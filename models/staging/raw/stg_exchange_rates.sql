with

exchange_rates as (
    select * from {{ ref('base_exchange_rates') }}
    where reject_reason is null
)

select
    rate_date,
    currency,
    rate
from exchange_rates
