-- What sending brought, against those who were held out.
-- key: experiment, outcome
select
    experiment,
    outcome,
    sent_people_count,
    held_out_people_count,
    pending_people_count,
    sent_mean,
    held_out_mean,
    adjusted_difference,
    adjusted_difference_low,
    adjusted_difference_high,
    is_withheld
from experiment_results
order by experiment, outcome
