{{ config(severity='warn') }}
-- Warns of every sync whose last run did not bring all of its rows to the platform.
with

runs as (
    select
        *,
        row_number() over (partition by sync order by started_at desc, run_id desc) as place
    from {{ ref('sync_runs') }}
    where status <> 'running'
)

select
    sync,
    run_id,
    status,
    sync || ': the run ' || run_id || ' ended as ' || status || '. ' || message as finding
from runs
where place = 1 and status <> 'succeeded'
