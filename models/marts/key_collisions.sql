{%- set tables = {
    'orders': 'order_id',
    'events': 'event_id',
    'surveys': 'response_id',
    'email_events': 'event_id',
    'consent_events': 'consent_id',
} -%}
with

versions as (
    {%- for name, key in tables.items() %}
    select
        '{{ name }}' as table_name,
        source_system,
        {{ key }} as key,
        customer_id
    from {{ ref('base_event_exceptions' if name == 'events' else 'base_' ~ name) }}
    where reject_reason is null or reject_reason = 'duplicate key'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

colliding_keys as (
    select
        table_name,
        {{ written_id('source_system', 'key') }} as row_key
    from versions
    group by table_name, source_system, key
    having count(distinct customer_id) > 1
),

numbered_keys as (
    select
        table_name,
        row_key,
        row_number() over (partition by table_name order by row_key) as key_number
    from colliding_keys
)

select
    numbered_keys.table_name,
    count(*) as key_count,
    {{ dbt.listagg(
        'case when numbered_keys.key_number <= 5 then numbered_keys.row_key end', "', '",
        'order by numbered_keys.row_key'
    ) }} as sample_keys,
    as_of.as_of_date
from numbered_keys
cross join {{ ref('int_as_of') }} as as_of
group by numbered_keys.table_name, as_of.as_of_date
