with

as_of as (
    select * from {{ ref('int_as_of') }}
    where {{ var('predictions') }}
)

select
    false as is_back_test,
    as_of_date as last_ordered_on,
    {{ var('recommendations_per_customer') }} as recommendation_count
from as_of

union all

select
    true as is_back_test,
    as_of_date - {{ var('affinities_back_test_days') }} as last_ordered_on,
    10 as recommendation_count
from as_of
