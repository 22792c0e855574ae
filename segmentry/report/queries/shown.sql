-- What the queries read beside the tables of the version. A sensitive segment shows no group of fewer people than
-- `report_min_group`, and of its larger groups so many are left out that none follows from the total.
create or replace temp macro is_few(people) as people between 1 and getvariable('report_min_group') - 1;

create or replace temp view shown_sizes as
with

sized as (
    select
        sizes.*,
        coalesce(catalog.is_sensitive, true) as is_sensitive,
        coalesce(sum(sizes.customer_count) over (
            partition by sizes.as_of_date, sizes.segment, sizes.segment_value = '*'
            order by sizes.customer_count, sizes.segment_value
            rows between unbounded preceding and 1 preceding
        ), 0) as smaller_groups_count
    from segment_sizes as sizes
    left join segment_catalog as catalog on sizes.segment = catalog.segment
),

hidden as (
    select
        *,
        is_sensitive and (is_few(customer_count) or is_few(smaller_groups_count)) as is_hidden
    from sized
)

select
    as_of_date,
    segment,
    segment_value,
    is_sensitive,
    is_hidden,
    is_replayed,
    definition,
    case when not is_hidden then customer_count end as customer_count,
    case when not is_hidden and not (is_sensitive and is_few(entered_count)) then entered_count end
        as entered_count,
    case when not is_hidden and not (is_sensitive and is_few(left_count)) then left_count end as left_count,
    case when not is_hidden and not (is_sensitive and is_few(reach_count)) then reach_count end
        as reach_count,
    case when not is_hidden then net_revenue end as net_revenue
from hidden;

create or replace temp table buyers as
select
    customer_id,
    min(ordered_on, 2) as first_days,
    -- A bit for each month with an order, the first bit for the month of the version.
    bit_or(1::bigint << least(date_diff('month', ordered_on, getvariable('as_of_date')), 62)) as months,
    arg_min(net_revenue, (ordered_at, source_system, order_id)) as first_net_revenue
from orders
where is_valid
group by customer_id
