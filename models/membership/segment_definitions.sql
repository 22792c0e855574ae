with

base as (
    select * from {{ ref('int_history_base') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

published as (
    select * from {{ ref('stg_published_segment_definitions') }}
)

select
    definitions.segment,
    definitions.lineage_fingerprint,
    coalesce(published.defined_on, as_of.as_of_date) as defined_on,
    as_of.as_of_date
from {{ ref('segment_fingerprints') }} as definitions
cross join as_of
inner join base
    on not base.is_earlier_day
left join published
    on base.build_id = published.build_id
    and definitions.segment = published.segment
    and definitions.lineage_fingerprint = published.lineage_fingerprint

union all

-- A history that is left untouched goes on by the definitions that it was made by.
select
    published.segment,
    published.lineage_fingerprint,
    published.defined_on,
    published.as_of_date
from published
inner join base
    on published.build_id = base.current_build_id
    and base.is_earlier_day
