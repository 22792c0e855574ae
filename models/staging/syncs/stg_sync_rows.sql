select
    sync_rows.run_id,
    sync_rows.audience,
    sync_rows.address_key,
    sync_rows.operation,
    sync_rows.result,
    sync_rows.reason
from {{ source('syncs', 'sync_rows') }} as sync_rows
