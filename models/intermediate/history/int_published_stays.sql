with

stays as (
    select
        coalesce(ids.customer_id, history.customer_id) as customer_id,
        history.segment,
        history.segment_value,
        history.entered_on,
        history.exited_on,
        history.entered_cause,
        history.exited_cause,
        coalesce(ids.customer_id <> history.customer_id, false) as is_renamed
    from {{ ref('stg_published_segment_history') }} as history
    inner join {{ ref('int_history_base') }} as base
        on history.build_id = base.build_id
    left join {{ ref('int_published_ids') }} as ids
        on history.customer_id = ids.published_id
    where not base.is_earlier_day
),

renamed_customers as (
    select customer_id
    from stays
    where is_renamed
    group by customer_id
),

-- Only the stays of who got a stay of another id can overlap or touch.
neighbours as (
    select
        stays.customer_id,
        stays.segment,
        stays.segment_value,
        stays.entered_on,
        coalesce(stays.exited_on, cast({{ after_everything() }} as date)) as ends_on,
        stays.entered_cause,
        stays.exited_cause,
        max(coalesce(stays.exited_on, cast({{ after_everything() }} as date))) over (
            partition by stays.customer_id, stays.segment, stays.segment_value
            order by stays.entered_on asc, stays.exited_on asc nulls last
            rows between unbounded preceding and 1 preceding
        ) as earlier_ends_on
    from stays
    inner join renamed_customers on stays.customer_id = renamed_customers.customer_id
),

numbered as (
    select
        *,
        count(case when entered_on > earlier_ends_on then 1 end) over (
            partition by customer_id, segment, segment_value
            order by entered_on asc, ends_on asc
            rows between unbounded preceding and current row
        ) as stay_number
    from neighbours
)

select
    customer_id,
    segment,
    segment_value,
    min(entered_on) as entered_on,
    nullif(max(ends_on), cast({{ after_everything() }} as date)) as exited_on,
    {{ first_by('entered_cause', 'entered_on', 'entered_cause') }} as entered_cause,
    {{ last_by('exited_cause', 'ends_on', 'exited_cause') }} as exited_cause
from numbered
group by customer_id, segment, segment_value, stay_number

union all

select
    stays.customer_id,
    stays.segment,
    stays.segment_value,
    stays.entered_on,
    stays.exited_on,
    stays.entered_cause,
    stays.exited_cause
from stays
left join renamed_customers on stays.customer_id = renamed_customers.customer_id
where renamed_customers.customer_id is null
