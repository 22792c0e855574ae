select
    experiments.experiment,
    experiments.share,
    experiments.starts_on,
    experiments.ends_on,
    experiments.outcome_days,
    experiments.segment,
    experiments.segment_value,
    experiments.destination
from {{ source('syncs', 'experiments') }} as experiments
