select
    ids.published_id as former_customer_id,
    ids.customer_id,
    ids.linked_in,
    ids.linked_at,
    ids.link_source_system,
    ids.link_account_id,
    ids.link_email
from {{ ref('int_published_ids') }} as ids
where ids.published_id <> ids.customer_id
