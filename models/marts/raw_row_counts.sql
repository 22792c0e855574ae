with

line_counts as (
    select * from {{ ref('base_raw_line_counts') }}
),

distinct_rows as (
    select
        table_name,
        'malformed line' as reject_reason,
        copies
    from {{ ref('base_malformed_lines') }}

    {%- for name in raw_table_names() %}

    union all

    select
        '{{ name }}' as table_name,
        reject_reason,
        copies
    from {{ ref('base_' ~ name) }}
    {%- endfor %}
),

outcomes as (
    select
        table_name,
        count(case when reject_reason is null then 1 end) as staged_row_count,
        count(reject_reason) as rejected_row_count,
        count(case when reject_reason = 'duplicate key' then 1 end) as duplicate_key_count,
        cast(sum(copies - 1) as {{ dbt.type_bigint() }}) as exact_duplicate_count
    from distinct_rows
    group by table_name
)

select
    line_counts.table_name,
    line_counts.line_count as raw_row_count,
    coalesce(outcomes.staged_row_count, 0) as staged_row_count,
    coalesce(outcomes.rejected_row_count, 0) as rejected_row_count,
    coalesce(outcomes.duplicate_key_count, 0) as duplicate_key_count,
    coalesce(outcomes.exact_duplicate_count, 0) as exact_duplicate_count
from line_counts
left join outcomes on line_counts.table_name = outcomes.table_name
