{#-
    Stops the run when no order can count: none is in the reporting currency, and no rate is there for
    any of their currencies.
-#}
{% macro check_currencies(reporting_currency) %}
    {%- set query -%}
        with

        currencies as (
            select
                upper(trim(currency)) as currency,
                count(*) as order_count
            from {{ landed_rows('orders') }} as orders
            where trim(currency) <> ''
            group by upper(trim(currency))
        )

        select currencies.currency
        from currencies
        where not exists (
            select 1
            from currencies as usable_currencies
            where
                usable_currencies.currency = {{ sql_text(reporting_currency) }}
                or usable_currencies.currency in (
                    select upper(trim(currency)) from {{ source('raw', 'exchange_rates') }}
                )
        )
        order by currencies.order_count desc, currencies.currency
        limit 3
    {%- endset -%}
    {%- set currencies = run_query(query).columns[0].values() if execute else [] -%}
    {%- if currencies -%}
        {%- do exceptions.raise_compiler_error(
            'No order is in ' ~ reporting_currency ~ ' and there is no exchange rate: orders are in '
            ~ currencies | join(', ') ~ '. Set reporting_currency to ' ~ currencies[0]
            ~ ', or bring exchange_rates.'
        ) -%}
    {%- endif -%}
{% endmacro %}
