-- What the people of a segment buy most and where they live: the five most frequent of each. Of a sensitive
-- segment those of whom it is not known count as a group, and a share would tell how many they are.
-- key: segment, trait, trait_value
with

known as (
    select segment, trait, trait_value, customer_count, segment_share from segment_traits
),

unknown as (
    select
        known.segment,
        known.trait,
        max(sizes.customer_count) - sum(known.customer_count) as customer_count
    from known
    inner join segment_sizes as sizes
        on known.segment = sizes.segment
        and sizes.segment_value in ('', '*')
        and sizes.as_of_date = getvariable('as_of_date')
    group by known.segment, known.trait
),

counted as (
    select
        groups.*,
        catalog.is_sensitive,
        coalesce(sum(groups.customer_count) over (
            partition by groups.segment, groups.trait
            order by groups.customer_count, groups.trait_value
            rows between unbounded preceding and 1 preceding
        ), 0) as smaller_groups_count
    from (from known union all by name from unknown) as groups
    inner join segment_catalog as catalog on groups.segment = catalog.segment
)

select
    segment,
    trait,
    trait_value,
    customer_count,
    case when not is_sensitive then segment_share end as segment_share
from counted
where
    trait_value is not null
    and not (is_sensitive and (is_few(customer_count) or is_few(smaller_groups_count)))
qualify row_number() over (
    partition by segment, trait
    order by customer_count desc, trait_value
) <= 5
order by segment, trait, customer_count desc, trait_value
