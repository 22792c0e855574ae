with

base as (
    select * from {{ ref('int_history_base') }}
),

as_of as (
    select as_of.as_of_date
    from {{ ref('int_as_of') }} as as_of
    inner join base on not base.is_earlier_day
),

metrics as (
    select * from {{ ref('segment_metrics') }}
    where segment <> ''
),

definitions as (
    select * from {{ ref('segment_definitions') }}
),

unmet_needs as (
    select * from {{ ref('segment_needs') }}
    where not is_met
),

-- Without what it needs nothing is known of a segment; with it, no members are 0.
known_segments as (
    select
        catalog.segment,
        case when catalog.is_valued then '*' else '' end as segment_value
    from {{ ref('segment_catalog') }} as catalog
    left join unmet_needs on catalog.segment = unmet_needs.segment
    where unmet_needs.segment is null
),

moves as (
    select * from {{ ref('segment_moves') }}
),

rows_of_today as (
    select segment, segment_value from metrics
    union
    select segment, segment_value from moves
    union
    select segment, segment_value from known_segments
)

select
    as_of.as_of_date,
    rows_of_today.segment,
    rows_of_today.segment_value,
    coalesce(metrics.customer_count, 0) as customer_count,
    coalesce(moves.entered_count, 0) as entered_count,
    coalesce(moves.left_count, 0) as left_count,
    coalesce(metrics.subscriber_count, 0) as reach_count,
    coalesce(metrics.net_revenue, 0) as net_revenue,
    definitions.lineage_fingerprint as definition,
    false as is_replayed
from rows_of_today
cross join as_of
left join metrics
    on rows_of_today.segment = metrics.segment
    and rows_of_today.segment_value = metrics.segment_value
left join moves
    on rows_of_today.segment = moves.segment
    and rows_of_today.segment_value = moves.segment_value
left join definitions on rows_of_today.segment = definitions.segment

union all

select
    as_of_date,
    segment,
    segment_value,
    customer_count,
    entered_count,
    left_count,
    reach_count,
    net_revenue,
    definition,
    false as is_replayed
from {{ ref('int_published_sizes') }}

union all

select
    replayed.as_of_date,
    replayed.segment,
    replayed.segment_value,
    replayed.customer_count,
    replayed.entered_count,
    replayed.left_count,
    replayed.reach_count,
    replayed.net_revenue,
    coalesce(replayed.definition, definitions.lineage_fingerprint) as definition,
    true as is_replayed
from {{ ref('int_replayed_sizes') }} as replayed
left join definitions on replayed.segment = definitions.segment
