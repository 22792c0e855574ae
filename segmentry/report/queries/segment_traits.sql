-- What the people of a segment buy most and where they live: the five most frequent of each.
-- key: segment, trait, trait_value
select
    traits.segment,
    traits.trait,
    traits.trait_value,
    traits.customer_count,
    traits.segment_share
from segment_traits as traits
inner join segment_catalog as catalog on traits.segment = catalog.segment
where not (catalog.is_sensitive and is_few(traits.customer_count))
qualify row_number() over (
    partition by traits.segment, traits.trait
    order by traits.customer_count desc, traits.trait_value
) <= 5
order by traits.segment, traits.trait, traits.customer_count desc, traits.trait_value
