select
    customer_merges.build_id,
    customer_merges.former_customer_id,
    customer_merges.customer_id,
    customer_merges.linked_in,
    customer_merges.linked_at,
    customer_merges.link_source_system,
    customer_merges.link_account_id,
    customer_merges.link_email
from {{ source('published', 'customer_merges') }} as customer_merges
