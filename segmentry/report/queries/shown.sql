-- What the queries read beside the tables of the version. A sensitive segment shows no group of fewer people than
-- `report_min_group`, and of its larger groups so many are left out that none follows from the total: nor by a
-- share or rate. What comparing one day with another tells is not hidden.
create or replace temp macro is_few(people) as people between 1 and getvariable('report_min_group') - 1;

-- Whether a number of people is hidden, beside the number in all smaller groups of the same total.
create or replace temp macro is_given_away(people, smaller) as is_few(people) or coalesce(is_few(smaller), false);

create or replace temp view shown_sizes as
with

sized as (
    select
        sizes.*,
        coalesce(catalog.is_sensitive, true) as is_sensitive,
        sum(sizes.customer_count) over (groups_of_total order by sizes.customer_count, sizes.segment_value
            rows between unbounded preceding and 1 preceding) as smaller_customer_count,
        sum(sizes.entered_count) over (groups_of_total order by sizes.entered_count, sizes.segment_value
            rows between unbounded preceding and 1 preceding) as smaller_entered_count,
        sum(sizes.left_count) over (groups_of_total order by sizes.left_count, sizes.segment_value
            rows between unbounded preceding and 1 preceding) as smaller_left_count,
        sum(sizes.reach_count) over (groups_of_total order by sizes.reach_count, sizes.segment_value
            rows between unbounded preceding and 1 preceding) as smaller_reach_count
    from segment_sizes as sizes
    left join segment_catalog as catalog on sizes.segment = catalog.segment
    window groups_of_total as (partition by sizes.as_of_date, sizes.segment, sizes.segment_value = '*')
),

hidden as (
    select
        *,
        is_sensitive and is_given_away(customer_count, smaller_customer_count) as is_hidden,
        is_hidden or (is_sensitive and is_given_away(entered_count, smaller_entered_count)) as hides_entered,
        is_hidden or (is_sensitive and is_given_away(left_count, smaller_left_count)) as hides_left,
        is_hidden or (is_sensitive and is_given_away(reach_count, smaller_reach_count)) as hides_reach
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
    case when not hides_entered then entered_count end as entered_count,
    case when not hides_left then left_count end as left_count,
    case when not hides_reach then reach_count end as reach_count,
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
