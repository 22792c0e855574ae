{{ config(
    pre_hook="{{ check_currencies(var('reporting_currency')) if is_connected() }}"
) }}

with

read_rows as {{ not_materialized() }} (
    {{ read_contract_rows('orders', landed_rows('orders')) }}
),

dated_rows as {{ not_materialized() }} (
    select
        read_rows.*,
        {{ shop_date('ordered_at', var('shop_timezone')) }} as rate_date
    from read_rows
),

{{ check_exchange_rate('dated_rows', ref('stg_exchange_rates'), var('reporting_currency')) }},

{{ resolve_rows('orders', 'rated_rows', reason='row_reason') }}
