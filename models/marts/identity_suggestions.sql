{%- set weights = var('identity_suggestions_weights') -%}
{%- set doubts = var('identity_suggestions_doubts') -%}
with

likenesses as (
    select * from {{ ref('int_likenesses') }}
),

nodes as (
    select * from {{ ref('int_identified_nodes') }}
    where identifier_type = 'email'
),

persons as (
    select * from {{ ref('int_persons') }}
),

scored as (
    select
        person_id,
        other_person_id,
        round(
            (
                1 - cast(1 as {{ type_double() }})
                {%- for name, weight in weights.items() %}
                * case when has_{{ name }} then 1 - {{ weight }} else 1 end
                {%- endfor %}
            )
            {%- for name, factor in doubts.items() %}
            * case when has_{{ name }} then {{ factor }} else 1 end
            {%- endfor %}, 2
        ) as score,
        concat_ws(
            ', ',
            {%- for name in weights %}
            case when has_{{ name }} then '{{ name | replace('_', ' ') }}' end,
            {%- endfor %}
            {%- for name in doubts %}
            case when has_{{ name }} then 'but {{ name | replace('_', ' ') }}' end
            {{- ',' if not loop.last }}
            {%- endfor %}
        ) as evidence
    from likenesses
),

suggestions as (
    select * from scored
    where score >= {{ var('identity_suggestions_min_score') }}
),

-- A guest is named by their first address.
guests as (
    select
        person_id,
        min(identifier) as email
    from nodes
    group by person_id
)

select
    persons.customer_id,
    other_persons.customer_id as other_customer_id,
    suggestions.score,
    suggestions.evidence,
    persons.source_system,
    persons.account_id,
    case when persons.account_id is null then guests.email end as email,
    other_persons.source_system as other_source_system,
    other_persons.account_id as other_account_id,
    case when other_persons.account_id is null then other_guests.email end as other_email,
    as_of.as_of_date
from suggestions
cross join {{ ref('int_as_of') }} as as_of
inner join persons on suggestions.person_id = persons.person_id
inner join persons as other_persons on suggestions.other_person_id = other_persons.person_id
left join guests on suggestions.person_id = guests.person_id
left join guests as other_guests on suggestions.other_person_id = other_guests.person_id
