-- What the people of a segment buy most and where they live: the five most frequent of each.
-- key: segment, trait, trait_value
with

counted as (
    select
        traits.*,
        catalog.is_sensitive,
        sum(traits.customer_count) over (
            partition by traits.segment, traits.trait
            order by traits.customer_count, traits.trait_value
            rows between unbounded preceding and 1 preceding
        ) as smaller_customer_count
    from segment_traits as traits
    inner join segment_catalog as catalog on traits.segment = catalog.segment
)

select
    segment,
    trait,
    trait_value,
    customer_count,
    segment_share
from counted
where not (is_sensitive and is_given_away(customer_count, smaller_customer_count))
qualify row_number() over (
    partition by segment, trait
    order by customer_count desc, trait_value
) <= 5
order by segment, trait, customer_count desc, trait_value
