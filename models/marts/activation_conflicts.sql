select
    conflicts.run_id,
    conflicts.audience,
    conflicts.cause,
    conflicts.detail,
    conflicts.customer_count
from {{ ref('stg_sync_conflicts') }} as conflicts
