with

order_days as (
    select
        currency,
        ordered_on
    from {{ ref('stg_orders') }}
    group by currency, ordered_on
),

exchange_rates as (
    select * from {{ ref('stg_exchange_rates') }}
),

ranked_rates as (
    select
        order_days.currency,
        order_days.ordered_on,
        exchange_rates.rate,
        row_number() over (
            partition by order_days.currency, order_days.ordered_on
            order by exchange_rates.rate_date desc
        ) as rate_rank
    from order_days
    inner join exchange_rates
        on order_days.currency = exchange_rates.currency
        and order_days.ordered_on >= exchange_rates.rate_date
    where order_days.currency <> '{{ var("reporting_currency") }}'
)

select
    currency,
    ordered_on,
    rate
from ranked_rates
where rate_rank = 1

union all

select
    currency,
    ordered_on,
    cast(1 as {{ rate_type() }}) as rate
from order_days
where currency = '{{ var("reporting_currency") }}'
