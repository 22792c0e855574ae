with

as_of as (
    select as_of.as_of_date
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('int_history_base') }} as base on not base.is_earlier_day
)

select
    experiments.experiment,
    experiments.share,
    experiments.outcome_days,
    experiments.segment,
    experiments.segment_value,
    experiments.destination,
    as_of.as_of_date
from {{ ref('stg_experiments') }} as experiments
inner join as_of
    on experiments.starts_on <= as_of.as_of_date
    and experiments.ends_on >= as_of.as_of_date
