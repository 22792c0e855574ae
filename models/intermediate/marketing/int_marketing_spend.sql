with

marketing_spend as (
    select marketing_spend.*
    from {{ ref('stg_marketing_spend') }} as marketing_spend
    cross join {{ ref('int_as_of') }} as as_of
    where marketing_spend.spend_date <= as_of.as_of_date
),

rates as (
    select
        currency,
        rate,
        rate_date as valid_from,
        lead(rate_date, 1, cast('9999-12-31' as date)) over (
            partition by currency order by rate_date
        ) as valid_until
    from {{ ref('stg_exchange_rates') }}
    where currency <> '{{ var("reporting_currency") }}'
)

-- Staging keeps no spend without a rate: what finds none is in reporting currency.
select
    marketing_spend.spend_date,
    marketing_spend.channel,
    marketing_spend.campaign,
    marketing_spend.country_code,
    {{ to_reporting_currency('marketing_spend.amount', 'coalesce(rates.rate, 1)') }} as amount
from marketing_spend
left join rates
    on marketing_spend.currency = rates.currency
    and marketing_spend.spend_date >= rates.valid_from
    and marketing_spend.spend_date < rates.valid_until
