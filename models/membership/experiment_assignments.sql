with

experiments as (
    select * from {{ ref('int_running_experiments') }}
),

published_assignments as (
    select * from {{ ref('int_published_assignments') }}
),

memberships as (
    select * from {{ ref('segment_memberships') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

predictions as (
    select * from {{ ref('customer_predictions') }}
),

catalog as (
    select * from {{ ref('segment_catalog') }}
    where not is_sensitive
),

-- Bound: segments of the catalog for each way into an experiment, and customers for each experiment
-- of everybody.
segments as (
    select experiment, share, outcome_days, as_of_date, segment, segment_value
    from experiments
    where segment is not null

    union all

    select
        experiments.experiment, experiments.share, experiments.outcome_days,
        experiments.as_of_date, catalog.segment, '' as segment_value
    from experiments
    inner join catalog
        on position(' ' || experiments.destination || ' ' in ' ' || catalog.destinations || ' ') > 0
),

entrants as (
    select
        segments.experiment, segments.share, segments.outcome_days, segments.as_of_date,
        memberships.customer_id,
        case
            when memberships.segment_value = '' then memberships.segment
            else memberships.segment || ':' || memberships.segment_value
        end as segment
    from segments
    inner join memberships
        on segments.segment = memberships.segment
        and (segments.segment_value = '' or segments.segment_value = memberships.segment_value)

    union all

    select
        experiments.experiment, experiments.share, experiments.outcome_days,
        experiments.as_of_date, customers.customer_id, '' as segment
    from experiments
    inner join customers on experiments.segment is null and experiments.destination is null
),

-- Nobody draws twice.
newcomers as (
    select
        entrants.experiment, entrants.share, entrants.outcome_days, entrants.as_of_date,
        entrants.customer_id, min(entrants.segment) as segment
    from entrants
    left join published_assignments
        on entrants.experiment = published_assignments.experiment
        and entrants.customer_id = published_assignments.customer_id
    where published_assignments.customer_id is null
    group by
        entrants.experiment, entrants.share, entrants.outcome_days, entrants.as_of_date,
        entrants.customer_id
)

select
    experiment, customer_id, arm, assigned_on, segment, share, outcome_days, expected_orders
from published_assignments

union all

select
    newcomers.experiment, newcomers.customer_id,
    case
        when {{ lot_of('newcomers.experiment', 'newcomers.customer_id') }} < newcomers.share
            then 'held_out'
        else 'sent'
    end as arm,
    newcomers.as_of_date as assigned_on, newcomers.segment, newcomers.share, newcomers.outcome_days,
    predictions.expected_orders_next_365_days as expected_orders
from newcomers
left join predictions on newcomers.customer_id = predictions.customer_id
