with

base as (
    select * from {{ ref('int_history_base') }}
),

as_of as (
    select as_of.as_of_date
    from {{ ref('int_as_of') }} as as_of
    inner join base on not base.is_earlier_day
),

stays as (
    select * from {{ ref('int_published_stays') }}
),

memberships as (
    select * from {{ ref('segment_memberships') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

changed_persons as (
    select * from {{ ref('int_changed_persons') }}
),

kept_definitions as (
    select definitions.segment
    from {{ ref('segment_definitions') }} as definitions
    inner join base on base.build_id is null or definitions.defined_on <= base.as_of_date
),

open_stays as (
    select * from stays where exited_on is null
),

current_stays as (
    select
        coalesce(stays.customer_id, memberships.customer_id) as customer_id,
        coalesce(stays.segment, memberships.segment) as segment,
        coalesce(stays.segment_value, memberships.segment_value) as segment_value,
        stays.entered_on,
        stays.entered_cause,
        memberships.customer_id is null as has_left
    from memberships
    full outer join open_stays as stays
        on memberships.customer_id = stays.customer_id
        and memberships.segment = stays.segment
        and memberships.segment_value = stays.segment_value
),

explained_stays as (
    select
        current_stays.*,
        case
            when changed_persons.customer_id is not null then 'identity'
            when customers.customer_id is null then 'data'
            when kept_definitions.segment is null then 'definition'
            else 'data'
        end as cause
    from current_stays
    left join changed_persons on current_stays.customer_id = changed_persons.customer_id
    left join customers on current_stays.customer_id = customers.customer_id
    left join kept_definitions on current_stays.segment = kept_definitions.segment
)

select
    stays.customer_id,
    stays.segment,
    stays.segment_value,
    coalesce(stays.entered_on, as_of.as_of_date) as entered_on,
    case when stays.has_left then as_of.as_of_date end as exited_on,
    coalesce(stays.entered_cause, stays.cause) as entered_cause,
    case when stays.has_left then stays.cause end as exited_cause,
    as_of.as_of_date
from explained_stays as stays
cross join as_of

union all

select
    stays.customer_id, stays.segment, stays.segment_value, stays.entered_on, stays.exited_on,
    stays.entered_cause, stays.exited_cause, as_of.as_of_date
from stays
cross join as_of
where stays.exited_on is not null

union all

select
    history.customer_id, history.segment, history.segment_value, history.entered_on,
    history.exited_on, history.entered_cause, history.exited_cause, history.as_of_date
from {{ ref('stg_published_segment_history') }} as history
inner join base
    on history.build_id = base.current_build_id
    and base.is_earlier_day
