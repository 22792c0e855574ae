-- What the people of a segment buy most and where they live: the five most frequent of each.
-- key: segment, trait, trait_value
with

people as (
    select memberships.segment, memberships.customer_id
    from segment_memberships as memberships
    inner join segment_catalog as catalog
        on memberships.segment = catalog.segment
        and (not catalog.is_valued or catalog.exclusive_group is not null)

    union all

    select distinct memberships.segment, memberships.customer_id
    from segment_memberships as memberships
    inner join segment_catalog as catalog
        on memberships.segment = catalog.segment
        and catalog.is_valued
        and catalog.exclusive_group is null
),

counts as (
    select
        people.segment,
        customers.top_category_last_365_days as category,
        customers.country_code as country,
        grouping(customers.country_code) as is_category,
        count(*) as customer_count
    from people
    inner join customer_facts as customers on people.customer_id = customers.customer_id
    group by grouping sets (
        (people.segment, customers.top_category_last_365_days),
        (people.segment, customers.country_code)
    )
),

traits as (
    select
        segment,
        case when is_category = 1 then 'category' else 'country' end as trait,
        coalesce(category, country) as trait_value,
        customer_count,
        customer_count
        / sum(customer_count) over (partition by segment, is_category) as segment_share
    from counts
    where coalesce(category, country) is not null
)

select
    traits.segment,
    traits.trait,
    traits.trait_value,
    traits.customer_count,
    traits.segment_share
from traits
inner join segment_catalog as catalog on traits.segment = catalog.segment
where not (catalog.is_sensitive and is_few(traits.customer_count))
qualify row_number() over (
    partition by traits.segment, traits.trait
    order by traits.customer_count desc, traits.trait_value
) <= 5
order by traits.segment, traits.trait, traits.customer_count desc, traits.trait_value
