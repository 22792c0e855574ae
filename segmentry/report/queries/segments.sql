-- Every segment: how large it is, what it brings, how many of it may be mailed, and how it moved since the
-- published day before, or the replayed one where there is none.
-- key: segment
with

today as (
    select * from shown_sizes
    where as_of_date = getvariable('as_of_date')
),

earlier as (
    select * from shown_sizes
    where as_of_date < getvariable('as_of_date')
    qualify row_number() over (
        partition by segment, segment_value
        order by is_replayed, as_of_date desc
    ) = 1
),

unmet_needs as (
    select
        segment,
        string_agg(distinct need, ', ' order by need) as missing
    from segment_needs
    where not is_met
    group by segment
),

shop as (
    select
        count(*) as customer_count,
        sum(net_revenue) as net_revenue
    from customer_facts
)

select
    catalog.segment,
    catalog.label,
    catalog.family,
    catalog.is_valued,
    catalog.is_sensitive,
    today.segment is not null as is_known,
    unmet_needs.missing,
    today.customer_count,
    today.customer_count / nullif(shop.customer_count, 0) as customer_share,
    today.net_revenue,
    cast(today.net_revenue / nullif(shop.net_revenue, 0) as double) as net_revenue_share,
    today.reach_count,
    today.entered_count,
    today.left_count,
    earlier.as_of_date as before_on,
    case
        when not (catalog.is_sensitive and (
            is_few(abs(today.customer_count - earlier.customer_count)) or today.entered_count is null
        ))
            then today.customer_count - earlier.customer_count
    end as customer_change
from segment_catalog as catalog
left join today
    on catalog.segment = today.segment
    and today.segment_value = case when catalog.is_valued then '*' else '' end
left join earlier
    on catalog.segment = earlier.segment
    and today.segment_value = earlier.segment_value
left join unmet_needs on catalog.segment = unmet_needs.segment
cross join shop
order by catalog.family, today.customer_count desc nulls last, catalog.segment
