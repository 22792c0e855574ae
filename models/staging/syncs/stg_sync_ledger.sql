select
    sync_ledger.sync,
    sync_ledger.audience,
    sync_ledger.address_key,
    sync_ledger.state,
    sync_ledger.changed_at
from {{ source('syncs', 'sync_ledger') }} as sync_ledger
