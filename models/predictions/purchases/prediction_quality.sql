with

back_test_quality as (
    select * from {{ ref('back_test_quality') }}
)

select
    as_of_date,
    quantity,
    coalesce(decile, 0) as decile,
    buyers,
    predicted,
    actual,
    error,
    naive_error
from back_test_quality
