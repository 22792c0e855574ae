with

surveys as (
    select surveys.*
    from {{ ref('stg_surveys') }} as surveys
    cross join {{ ref('int_as_of') }} as as_of
    where surveys.responded_at < as_of.as_of
),

identities as (
    select * from {{ ref('int_identities') }}
),

scaled_surveys as (
    select
        *,
        coalesce(score_max, case when survey_type = 'review' then 5 else 10 end) as score_max_used
    from surveys
)

select
    scaled_surveys.source_system,
    scaled_surveys.response_id,
    scaled_surveys.survey_type,
    identities.customer_id,
    scaled_surveys.question_key,
    scaled_surveys.answer,
    -- csat out of 10, review out of 5, nps as it is; a score outside its own scale is no answer.
    case
        when scaled_surveys.score_max_used <= 0 then null
        when scaled_surveys.score < 0 then null
        when scaled_surveys.score > scaled_surveys.score_max_used then null
        when scaled_surveys.survey_type = 'csat'
            then {{ scaled_score('scaled_surveys.score', 'scaled_surveys.score_max_used', 10) }}
        when scaled_surveys.survey_type = 'review'
            then {{ scaled_score('scaled_surveys.score', 'scaled_surveys.score_max_used', 5) }}
        when scaled_surveys.survey_type = 'nps'
            then cast(scaled_surveys.score as {{ type_double() }})
    end as score,
    coalesce(scaled_surveys.has_photo, false) as has_photo,
    scaled_surveys.responded_at
from scaled_surveys
left join identities
    on {{ same_identity('scaled_surveys', 'identities') }}
