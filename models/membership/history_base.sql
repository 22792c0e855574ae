select
    base.build_id,
    base.as_of_date,
    base.current_build_id
from {{ ref('int_history_base') }} as base
