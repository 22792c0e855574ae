-- What the queries read beside the tables of the version. A sensitive segment shows no count of fewer people than
-- `report_min_group`, and none that gives one away: of its values so many of the smallest are left out that none
-- follows from the total, and who came, who went and who may be mailed are shown where the rest is many people too.
-- What two days or two segments tell when they are compared is not hidden.
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
        is_sensitive and (is_few(customer_count) or is_few(smaller_groups_count)) as is_hidden,
        is_hidden or (is_sensitive and (is_few(entered_count) or is_few(left_count))) as gives_moves_away,
        is_hidden or (is_sensitive and (is_few(reach_count) or is_few(customer_count - reach_count)))
            as gives_reach_away
    from sized
),

-- A total is shown where each of its values is.
totals as (
    select
        *,
        max(gives_moves_away) over values_of_a_day as hides_moves_of_total,
        max(gives_reach_away) over values_of_a_day as hides_reach_of_total
    from hidden
    window values_of_a_day as (partition by as_of_date, segment)
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
    case when not gives_moves_away and not (segment_value = '*' and hides_moves_of_total) then entered_count end
        as entered_count,
    case when not gives_moves_away and not (segment_value = '*' and hides_moves_of_total) then left_count end
        as left_count,
    case when not gives_reach_away and not (segment_value = '*' and hides_reach_of_total) then reach_count end
        as reach_count,
    case when not is_hidden then net_revenue end as net_revenue
from totals;

create or replace temp table order_days as
select
    ordered_on,
    case
        when is_coupon_order then 'with a coupon'
        when is_discounted then 'reduced'
        else 'full price'
    end as price,
    customer_id is null as is_nameless,
    count(*) as order_count,
    sum(net_revenue) as net_revenue,
    sum(discount_amount) as discount_amount
from orders
where is_valid
group by all
