with

base as (
    select * from {{ ref('int_history_base') }}
),

assignments as (
    select
        assignments.experiment,
        coalesce(ids.customer_id, assignments.customer_id) as customer_id,
        assignments.customer_id as published_id,
        assignments.arm,
        assignments.assigned_on,
        assignments.segment,
        assignments.share,
        assignments.outcome_days,
        assignments.expected_orders
    from {{ ref('stg_published_experiment_assignments') }} as assignments
    inner join base
        on case when base.is_earlier_day then base.current_build_id else base.build_id end
        = assignments.build_id
    left join {{ ref('int_published_ids') }} as ids
        on not base.is_earlier_day
        and assignments.customer_id = ids.published_id
),

-- Of two people who turn out to be one, the earlier lot counts; of two of one day, that of the id
-- which stays.
ranked_assignments as (
    select
        *,
        row_number() over (
            partition by experiment, customer_id
            order by
                assigned_on asc,
                case when published_id = customer_id then 0 else 1 end asc,
                published_id asc
        ) as assignment_rank
    from assignments
)

select
    experiment,
    customer_id,
    arm,
    assigned_on,
    segment,
    share,
    outcome_days,
    expected_orders
from ranked_assignments
where assignment_rank = 1
