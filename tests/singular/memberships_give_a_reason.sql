-- Every membership says why, in words.
select
    customer_id,
    segment,
    segment_value
from {{ ref('segment_memberships') }}
where reason is null or trim(reason) = ''
