{{ config(post_hook="{{ say_that_history_is_left_untouched(this) }}") }}

select
    base.build_id,
    base.as_of_date,
    base.current_build_id,
    base.is_earlier_day
from {{ ref('int_history_base') }} as base
