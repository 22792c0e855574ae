select
    assignments.build_id,
    assignments.experiment,
    assignments.customer_id,
    assignments.arm,
    assignments.assigned_on,
    assignments.segment,
    assignments.share,
    assignments.outcome_days,
    assignments.expected_orders
from {{ source('published', 'experiment_assignments') }} as assignments
