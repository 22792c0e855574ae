with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('marketing_spend', landed_rows('marketing_spend')) }}
),

dated_rows as {{ not_materialized() }} (
    select
        read_rows.*,
        read_rows.spend_date as rate_date
    from read_rows
),

{{ check_exchange_rate('dated_rows', ref('stg_exchange_rates'), var('reporting_currency')) }},

{{ resolve_rows('marketing_spend', 'rated_rows', reason='row_reason') }}
