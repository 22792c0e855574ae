with

responses as (
    select * from {{ ref('int_survey_responses') }}
    where
        survey_type = 'profile'
        and customer_id is not null
        and question_key is not null
        and answer is not null
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

ranked_responses as (
    select
        *,
        row_number() over (
            partition by customer_id, question_key
            order by responded_at desc, response_id desc, source_system desc
        ) as recency_rank
    from responses
)

select
    ranked_responses.customer_id,
    ranked_responses.question_key,
    ranked_responses.answer,
    ranked_responses.responded_at as answered_at,
    as_of.as_of_date - {{ shop_date('ranked_responses.responded_at', var('shop_timezone')) }}
        as days_since_answer
from ranked_responses
cross join as_of
where ranked_responses.recency_rank = 1
