with

people as (
    select * from {{ ref('experiment_outcomes') }}
),

arms as (
    select * from {{ ref('experiment_arms') }}
),

experiments as (
    select
        experiment,
        count(case when not is_complete then 1 end) as pending_people_count,
        {{ sample_ratio_p_value(
            "count(case when arm = 'sent' then 1 end)",
            "count(case when arm = 'held_out' then 1 end)",
            'sum(share)'
        ) }} as sample_ratio_p_value
    from people
    group by experiment
),

-- Bound: three for each experiment.
outcomes as (
    select
        experiments.*,
        outcomes.outcome,
        -- Arms so uneven were not drawn by lot alone, or lost people: what they say is not theirs.
        experiments.sample_ratio_p_value < 0.001 as is_withheld
    from experiments
    cross join (values ('buyers'), ('orders'), ('net_revenue')) as outcomes (outcome)
),

estimates as (
    select
        outcomes.*,
        coalesce(sent.people_count, 0) as sent_people_count,
        coalesce(held_out.people_count, 0) as held_out_people_count,
        case when not outcomes.is_withheld then sent.mean end as sent_mean,
        case when not outcomes.is_withheld then held_out.mean end as held_out_mean,
        case
            when not outcomes.is_withheld then {{ estimate('plain', 'sent.sums', 'held_out.sums') }}
        end as plain,
        case
            when not outcomes.is_withheld
                then {{ estimate('adjusted', 'sent.sums', 'held_out.sums') }}
        end as adjusted
    from outcomes
    left join arms as sent
        on outcomes.experiment = sent.experiment
        and outcomes.outcome = sent.outcome
        and sent.arm = 'sent'
    left join arms as held_out
        on outcomes.experiment = held_out.experiment
        and outcomes.outcome = held_out.outcome
        and held_out.arm = 'held_out'
)

select
    experiment,
    outcome,
    sent_people_count,
    held_out_people_count,
    pending_people_count,
    sent_mean,
    held_out_mean,
    plain.difference,
    plain.low as difference_low,
    plain.high as difference_high,
    plain.p_value,
    plain.difference / nullif(held_out_mean, 0) as relative_lift,
    adjusted.difference as adjusted_difference,
    adjusted.low as adjusted_difference_low,
    adjusted.high as adjusted_difference_high,
    adjusted.p_value as adjusted_p_value,
    adjusted.difference / nullif(held_out_mean, 0) as adjusted_relative_lift,
    adjusted.variance_removed,
    sample_ratio_p_value,
    is_withheld
from estimates
