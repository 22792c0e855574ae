-- No raw table lost more than `max_rejected_share` of its rows; outdated versions are no loss.
with

row_counts as (
    select
        table_name,
        sum(raw_row_count) as raw_row_count,
        sum(rejected_row_count - duplicate_key_count) as lost_row_count
    from {{ ref('raw_row_counts') }}
    group by table_name
),

reasons as (
    select
        table_name,
        reason,
        count(*) as row_count
    from {{ ref('rejected_rows') }}
    where reason <> 'duplicate key'
    group by table_name, reason
),

ranked_reasons as (
    select
        *,
        row_number() over (partition by table_name order by row_count desc, reason asc) as position
    from reasons
),

top_reasons as (
    select
        table_name,
        {{ dbt.listagg("reason || ' (' || row_count || ')'", "', '", 'order by position') }} as told
    from ranked_reasons
    where position <= 3
    group by table_name
)

select
    row_counts.table_name,
    row_counts.raw_row_count,
    row_counts.lost_row_count,
    row_counts.table_name || ': ' || row_counts.lost_row_count || ' of '
    || row_counts.raw_row_count || ' rows were rejected, '
    || round(100.0 * row_counts.lost_row_count / row_counts.raw_row_count, 1)
    || ' % against at most {{ 100 * var("max_rejected_share") }} %, most often as '
    || top_reasons.told || '. Mend the export, or raise max_rejected_share if they may be lost;'
    || ' their rows: select * from rejected_rows where table_name = '''
    || row_counts.table_name || '''.' as finding
from row_counts
inner join top_reasons on row_counts.table_name = top_reasons.table_name
where
    row_counts.lost_row_count > {{ var('max_rejected_share') }} * row_counts.raw_row_count
order by row_counts.table_name
