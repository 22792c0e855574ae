{%- set table_names = [
    'customers', 'products', 'orders', 'order_lines', 'refunds', 'events', 'surveys',
    'email_events', 'consent_events', 'marketing_spend', 'exchange_rates',
] -%}
with

line_counts as (
    select
        table_name,
        count(*) as line_count
    from {{ source('raw_files', 'malformed_lines') }}
    group by table_name

    {%- for name in table_names %}

    union all

    select
        '{{ name }}' as table_name,
        count(*) as line_count
    from {{ source('raw', name) }}
    {%- endfor %}
)

select
    table_name,
    cast(sum(line_count) as {{ dbt.type_bigint() }}) as line_count
from line_counts
group by table_name
