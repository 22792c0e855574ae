with

surveys as (
    select * from {{ ref('base_surveys') }}
    where reject_reason is null
)

select
    source_system,
    response_id,
    survey_type,
    customer_id as account_id,
    {{ usable_email('email') }} as email,
    order_id,
    product_id,
    question_key,
    answer,
    score,
    score_max,
    has_photo,
    responded_at
from surveys
