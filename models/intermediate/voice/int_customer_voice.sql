with

responses as (
    select * from {{ ref('int_survey_responses') }}
    where customer_id is not null
),

scored_responses as (
    select
        *,
        row_number() over (
            partition by customer_id, survey_type
            order by responded_at desc, response_id desc, source_system desc
        ) as recency_rank
    from responses
    where score is not null
),

latest_scores as (
    select
        customer_id,
        max(case when survey_type = 'csat' and recency_rank = 1 then score end) as latest_csat,
        max(case when survey_type = 'csat' and recency_rank = 2 then score end) as previous_csat,
        max(case when survey_type = 'csat' then responded_at end) as latest_csat_at,
        max(case when survey_type = 'nps' and recency_rank = 1 then score end) as latest_nps,
        max(case when survey_type = 'nps' then responded_at end) as latest_nps_at,
        max(case when survey_type = 'review' and recency_rank = 1 then score end) as latest_review,
        max(case when survey_type = 'review' then responded_at end) as latest_review_at
    from scored_responses
    group by customer_id
),

response_counts as (
    select
        customer_id,
        count(case when survey_type = 'review' then 1 end) as review_count,
        count(case when survey_type = 'review' and has_photo then 1 end) as photo_review_count,
        max(case when survey_type = 'review' and has_photo then responded_at end)
            as last_photo_review_at,
        max(responded_at) as last_response_at
    from responses
    group by customer_id
)

select
    response_counts.customer_id,
    latest_scores.latest_csat,
    latest_scores.previous_csat,
    latest_scores.latest_csat_at,
    latest_scores.latest_nps,
    latest_scores.latest_nps_at,
    latest_scores.latest_review,
    latest_scores.latest_review_at,
    response_counts.review_count,
    response_counts.photo_review_count,
    response_counts.last_photo_review_at,
    response_counts.last_response_at
from response_counts
left join latest_scores on response_counts.customer_id = latest_scores.customer_id
