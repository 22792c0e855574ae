select
    runs.run_id,
    runs.sync,
    runs.sent_build_id,
    runs.status,
    runs.started_at,
    runs.ended_at,
    runs.added_count,
    runs.updated_count,
    runs.removed_count,
    runs.rejected_count,
    runs.waiting_count,
    runs.held_back_count,
    runs.message
from {{ ref('stg_sync_runs') }} as runs
