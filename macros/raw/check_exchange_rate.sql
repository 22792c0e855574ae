{#-
    The CTEs that reject rows in a currency without a rate on or before `rate_date`; a row that has a
    reason already keeps it.
-#}
{% macro check_exchange_rate(rows, exchange_rates, reporting_currency) -%}
first_rates as (
    select
        currency,
        min(rate_date) as first_rate_date
    from {{ exchange_rates }}
    group by currency
),

rated_rows as {{ not_materialized() }} (
    select
        {{ rows }}.*,
        case
            when {{ rows }}.contract_reason is not null then {{ rows }}.contract_reason
            when {{ rows }}.currency = {{ sql_text(reporting_currency) }} then null
            when first_rates.first_rate_date <= {{ rows }}.rate_date then null
            else 'no exchange rate'
        end as row_reason
    from {{ rows }}
    left join first_rates on {{ rows }}.currency = first_rates.currency
)
{%- endmacro %}
