{{ config(post_hook="{{ say_that_history_is_left_untouched(this) }}") }}

with

as_of as (
    select * from {{ ref('int_as_of') }}
),

-- A version of an earlier day carries a history that reaches beyond its own day.
histories as (
    select
        build_id,
        max(as_of_date) as as_of_date
    from {{ ref('stg_published_segment_definitions') }}
    group by build_id
),

versions as (
    select
        versions.build_id,
        versions.based_on,
        versions.is_current,
        coalesce(histories.as_of_date, versions.as_of_date) as as_of_date
    from {{ ref('stg_published_versions') }} as versions
    left join histories on versions.build_id = histories.build_id
)

select
    base_versions.build_id,
    base_versions.as_of_date,
    current_versions.build_id as current_build_id,
    coalesce(current_versions.as_of_date > as_of.as_of_date, false) as is_earlier_day
from as_of
left join versions as current_versions
    on current_versions.is_current
left join versions as base_versions
    on case
        when as_of.as_of_date > current_versions.as_of_date then current_versions.build_id
        else current_versions.based_on
    end = base_versions.build_id
