-- Every raw line of every table is staged, rejected or an exact duplicate of one that is. Events of
-- bots are accepted rows, though `stg_events` leaves them out.
with

staged_rows as (
    {%- for name in raw_table_names() %}
    select '{{ name }}' as table_name, count(*) as row_count from {{ ref('stg_' ~ name) }}
    union all
    {%- endfor %}
    select 'events' as table_name, count(*) as row_count
    from {{ ref('base_events') }}
    where reject_reason is null and is_bot
),

staged_tables as (
    select
        table_name,
        sum(row_count) as row_count
    from staged_rows
    group by table_name
),

rejected_rows as (
    select
        table_name,
        count(*) as row_count
    from {{ ref('rejected_rows') }}
    group by table_name
),

raw_row_counts as (
    select
        table_name,
        sum(raw_row_count) as raw_row_count,
        sum(exact_duplicate_count) as exact_duplicate_count
    from {{ ref('raw_row_counts') }}
    group by table_name
)

select
    staged_tables.table_name,
    raw_row_counts.raw_row_count,
    raw_row_counts.exact_duplicate_count,
    staged_tables.row_count as staged_row_count,
    coalesce(rejected_rows.row_count, 0) as rejected_row_count
from staged_tables
left join raw_row_counts on staged_tables.table_name = raw_row_counts.table_name
left join rejected_rows on staged_tables.table_name = rejected_rows.table_name
where
    raw_row_counts.raw_row_count is null
    or raw_row_counts.raw_row_count
    <> staged_tables.row_count
    + coalesce(rejected_rows.row_count, 0)
    + raw_row_counts.exact_duplicate_count
