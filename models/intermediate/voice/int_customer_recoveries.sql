{%- set response_order = row_struct({
    'response_id': 'answers.response_id', 'source_system': 'answers.source_system'
}) -%}
with

as_of as (
    select * from {{ ref('int_as_of') }}
),

emails as (
    select email_events.*
    from {{ ref('int_email_events') }} as email_events
    cross join as_of
    where
        email_events.event_type = 'delivered'
        and email_events.campaign_type = 'service_recovery'
        and as_of.as_of_date
        - {{ shop_date('email_events.occurred_at', var('shop_timezone')) }}
        < {{ var('feedback_valid_days') }}
),

answers as (
    select * from {{ ref('int_survey_responses') }}
    where survey_type = 'csat' and score is not null
),

answers_before as (
    select
        emails.source_system,
        emails.event_id,
        {{ last_by('answers.score', 'answers.responded_at', response_order) }} as score
    from emails
    inner join answers
        on emails.customer_id = answers.customer_id
        and emails.occurred_at > answers.responded_at
    group by emails.source_system, emails.event_id
),

answers_after as (
    select
        emails.source_system,
        emails.event_id,
        min(answers.responded_at) as answered_at,
        {{ first_by('answers.score', 'answers.responded_at', response_order) }} as score
    from emails
    inner join answers
        on emails.customer_id = answers.customer_id
        and emails.occurred_at < answers.responded_at
        and emails.occurred_at
        >= answers.responded_at - interval '{{ var("service_recovery_hours") }}' hour
    group by emails.source_system, emails.event_id
),

recoveries as (
    select
        emails.customer_id,
        answers_before.score as score_before,
        answers_after.score as score_after,
        answers_after.answered_at,
        row_number() over (
            partition by emails.customer_id
            order by emails.occurred_at desc, emails.event_id desc, emails.source_system desc
        ) as recency_rank
    from emails
    inner join answers_before
        on emails.source_system = answers_before.source_system
        and emails.event_id = answers_before.event_id
    inner join answers_after
        on emails.source_system = answers_after.source_system
        and emails.event_id = answers_after.event_id
    -- Who was satisfied before had nothing to recover from.
    where answers_before.score < {{ var('satisfied_customers_min_csat') }}
)

select
    customer_id,
    score_before,
    score_after,
    answered_at
from recoveries
where recency_rank = 1
