with

members as (
    select * from {{ ref('segment_members') }}
    where segment <> '' and segment_value in ('', '*')
),

customers as (
    select * from {{ ref('customer_facts') }}
),

counts as (
    select
        members.segment,
        customers.as_of_date,
        customers.top_category_last_365_days as category,
        customers.country_code,
        count(*) as customer_count
    from members
    inner join customers on members.customer_id = customers.customer_id
    group by
        members.segment,
        customers.as_of_date,
        customers.top_category_last_365_days,
        customers.country_code
),

traits as (
    select segment, as_of_date, 'category' as trait, category as trait_value, customer_count
    from counts
    where category is not null

    union all

    select segment, as_of_date, 'country' as trait, country_code as trait_value, customer_count
    from counts
    where country_code is not null
)

select
    segment,
    trait,
    trait_value,
    as_of_date,
    cast(sum(customer_count) as {{ dbt.type_bigint() }}) as customer_count,
    {{ share(
        'sum(customer_count)', 'sum(sum(customer_count)) over (partition by segment, trait)'
    ) }} as segment_share
from traits
group by segment, as_of_date, trait, trait_value
