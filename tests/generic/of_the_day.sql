{#- Every row carries, as `as_of_date`, the day of the build. -#}
{% test of_the_day(model) %}
select
    checked.as_of_date,
    count(*) as row_count
from {{ model }} as checked
cross join {{ ref('int_as_of') }} as as_of
where checked.as_of_date is null or checked.as_of_date <> as_of.as_of_date
group by checked.as_of_date
{% endtest %}
