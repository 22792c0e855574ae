-- One row per month of a first order and month since, up to the last that is over: who came back.
select cohort, customer_count, months_later, returned_count
from cohort_retention
where months_later <= 12
order by cohort, months_later
