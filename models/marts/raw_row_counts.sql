with

line_counts as (
    select * from {{ ref('base_raw_line_counts') }}
),
{%- if is_connected() %}

files as (
    select * from {{ ref('base_raw_files') }}
),
{%- endif %}

distinct_rows as (
    {%- for name in raw_table_names() %}

    select
        '{{ name }}' as table_name,
        file_path,
        reject_reason,
        copies
    from {{ ref('base_' ~ name) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

rows_of_connectors as (
    select
        {{ 'files.connector' if is_connected() else "'raw' as connector" }},
        distinct_rows.table_name,
        distinct_rows.reject_reason,
        distinct_rows.copies
    from distinct_rows
    {% if is_connected() -%}
    inner join files
        on distinct_rows.table_name = files.table_name
        and distinct_rows.file_path = files.file_path
    {%- endif %}

    union all

    select
        connector,
        table_name,
        'malformed line' as reject_reason,
        copies
    from {{ ref('base_malformed_lines') }}
),

outcomes as (
    select
        connector,
        table_name,
        count(case when reject_reason is null then 1 end) as staged_row_count,
        count(reject_reason) as rejected_row_count,
        count(case when reject_reason = 'duplicate key' then 1 end) as duplicate_key_count,
        cast(sum(copies - 1) as {{ dbt.type_bigint() }}) as exact_duplicate_count
    from rows_of_connectors
    group by connector, table_name
)

select
    line_counts.connector,
    line_counts.table_name,
    line_counts.line_count as raw_row_count,
    coalesce(outcomes.staged_row_count, 0) as staged_row_count,
    coalesce(outcomes.rejected_row_count, 0) as rejected_row_count,
    coalesce(outcomes.duplicate_key_count, 0) as duplicate_key_count,
    coalesce(outcomes.exact_duplicate_count, 0) as exact_duplicate_count,
    line_counts.left_out_row_count
from line_counts
left join outcomes
    on line_counts.connector = outcomes.connector
    and line_counts.table_name = outcomes.table_name
