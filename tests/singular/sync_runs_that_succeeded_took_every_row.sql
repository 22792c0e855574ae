{{ config(severity='warn') }}
-- No run is called a success that left rows behind, and each of them is told.
with

runs as (
    select * from {{ ref('sync_runs') }}
),

left_rows as (
    select
        run_id,
        count(*) as row_count
    from {{ ref('sync_rows') }}
    where result in ('rejected', 'waiting')
    group by run_id
)

select
    runs.run_id,
    runs.status,
    runs.rejected_count,
    runs.waiting_count,
    left_rows.row_count
from runs
left join left_rows on runs.run_id = left_rows.run_id
where
    (runs.status = 'succeeded' and runs.rejected_count + runs.waiting_count > 0)
    or (runs.rejected_count + runs.waiting_count > 0 and left_rows.row_count is null)
    or (left_rows.row_count > runs.rejected_count + runs.waiting_count)
