-- The last ten runs of syncs to email platforms.
-- key: run_id
select
    run_id,
    sync,
    status,
    started_at,
    added_count,
    updated_count,
    removed_count,
    rejected_count,
    waiting_count,
    held_back_count,
    message
from sync_runs
order by started_at desc, run_id desc
limit 10
