-- One row per value of a valued segment that says nothing personal; `*`, all of them, is left out.
select
    metrics.segment,
    metrics.segment_value,
    values_.meaning,
    metrics.customer_count,
    metrics.net_revenue,
    metrics.subscriber_count
from segment_metrics as metrics
inner join segment_catalog as catalog on metrics.segment = catalog.segment
left join segment_values as values_
    on metrics.segment = values_.segment
    and metrics.segment_value = values_.segment_value
where catalog.is_valued and not catalog.is_sensitive and metrics.segment_value <> '*'
order by metrics.segment, metrics.customer_count desc, metrics.segment_value
