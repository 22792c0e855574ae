select
    suppressions.address_key,
    suppressions.source as account,
    suppressions.kind,
    suppressions.first_seen_at
from {{ source('syncs', 'suppressions') }} as suppressions
