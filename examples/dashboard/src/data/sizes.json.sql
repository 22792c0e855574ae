-- One row per day of the last 180 that was published or replayed, and segment: how large it was, and its rule.
select
    sizes.segment,
    sizes.as_of_date,
    sizes.customer_count,
    sizes.entered_count,
    sizes.left_count,
    sizes.definition <> lag(sizes.definition) over (
        partition by sizes.segment order by sizes.as_of_date
    ) as has_changed_rule
from segment_sizes as sizes
inner join segment_catalog as catalog on sizes.segment = catalog.segment
where
    not catalog.is_sensitive
    and sizes.segment_value = case when catalog.is_valued then '*' else '' end
    and sizes.as_of_date > (select max(as_of_date) - 180 from segment_sizes)
order by sizes.segment, sizes.as_of_date
