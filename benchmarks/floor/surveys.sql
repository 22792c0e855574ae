-- No two answers are of the same moment; all have a score within their scale, and none a photo.
create temp table customer_surveys as
with

responses as (
    select
        coalesce(joined_accounts.customer_id, surveys.customer_id) as customer_id,
        surveys.survey_type,
        surveys.responded_at,
        cast(surveys.score as double) as score,
        cast(surveys.score_max as double) as score_max
    from raw.surveys as surveys
    left join joined_accounts on surveys.customer_id = joined_accounts.account_id
    where surveys.responded_at < getvariable('as_of')
)

select
    customer_id,
    max(responded_at) as last_response_at,
    arg_max(10 * score / score_max, responded_at, 2) filter (where survey_type = 'csat')
        as latest_csats,
    max(responded_at) filter (where survey_type = 'csat') as latest_csat_at,
    arg_max(score, responded_at) filter (where survey_type = 'nps') as latest_nps,
    max(responded_at) filter (where survey_type = 'nps') as latest_nps_at,
    arg_max(5 * score / score_max, responded_at) filter (where survey_type = 'review')
        as latest_review,
    max(responded_at) filter (where survey_type = 'review') as latest_review_at,
    count(*) filter (where survey_type = 'review') as review_count
from responses
group by customer_id;

-- The shop asks no profile questions.
create table int_profile_answers (
    customer_id varchar,
    question_key varchar,
    answer varchar,
    answered_at timestamp,
    days_since_answer bigint
);
