with

customers as (
    select * from {{ ref('int_customers') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

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

review_counts as (
    select
        customer_id,
        count(*) as review_count,
        count(case when has_photo then 1 end) as photo_review_count,
        max(case when has_photo then responded_at end) as last_photo_review_at
    from responses
    where survey_type = 'review'
    group by customer_id
)

select
    customers.customer_id,
    as_of.as_of,
    as_of.as_of_date,
    latest_scores.latest_csat,
    latest_scores.previous_csat,
    latest_scores.latest_csat_at,
    as_of.as_of_date - {{ shop_date('latest_scores.latest_csat_at', var('shop_timezone')) }}
        as days_since_latest_csat,
    latest_scores.latest_nps,
    latest_scores.latest_nps_at,
    as_of.as_of_date - {{ shop_date('latest_scores.latest_nps_at', var('shop_timezone')) }}
        as days_since_latest_nps,
    latest_scores.latest_review,
    latest_scores.latest_review_at,
    as_of.as_of_date - {{ shop_date('latest_scores.latest_review_at', var('shop_timezone')) }}
        as days_since_latest_review,
    coalesce(review_counts.review_count, 0) as review_count,
    coalesce(review_counts.photo_review_count, 0) as photo_review_count,
    review_counts.last_photo_review_at
from customers
cross join as_of
left join latest_scores on customers.customer_id = latest_scores.customer_id
left join review_counts on customers.customer_id = review_counts.customer_id
