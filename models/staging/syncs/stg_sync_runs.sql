select
    sync_runs.run_id,
    sync_runs.sync,
    sync_runs.build_id as sent_build_id,
    sync_runs.status,
    sync_runs.started_at,
    sync_runs.ended_at,
    sync_runs.added as added_count,
    sync_runs.updated as updated_count,
    sync_runs.removed as removed_count,
    sync_runs.rejected as rejected_count,
    sync_runs.waiting as waiting_count,
    sync_runs.held_back as held_back_count,
    sync_runs.message
from {{ source('syncs', 'sync_runs') }} as sync_runs
