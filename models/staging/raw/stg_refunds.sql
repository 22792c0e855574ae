with

refunds as (
    select * from {{ ref('base_refunds') }}
    where reject_reason is null
)

select
    source_system,
    refund_id,
    order_id,
    amount,
    refunded_at
from refunds
