select
    sync_conflicts.run_id,
    sync_conflicts.audience,
    sync_conflicts.cause,
    sync_conflicts.detail,
    sync_conflicts.people as customer_count
from {{ source('syncs', 'sync_conflicts') }} as sync_conflicts
