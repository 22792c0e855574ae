with

customers as (
    select * from {{ ref('browsing_facts') }}
),

technologies as (
    select * from {{ ref('int_customer_technologies') }}
)

select
    technologies.customer_id,
    'origins' as segment,
    technologies.technology_name as segment_value,
    customers.as_of_date,
    technologies.last_used_at as evidence_at,
    technologies.technology_name || ' in ' || technologies.use_count_last_90_days || ' of '
    || {{ counted('technologies.technology_use_count_last_90_days', 'session') }}
    || ' in 90 days' as reason
from technologies
inner join customers on technologies.customer_id = customers.customer_id
where
    technologies.technology = 'origin'
    and technologies.use_rank = 1
