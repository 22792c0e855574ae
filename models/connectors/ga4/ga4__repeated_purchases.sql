{{ config(enabled=is_connected('ga4')) }}

with

purchases as (
    select
        source_system,
        order_id,
        file_path,
        place_of_event,
        min(occurred_at) as occurred_at
    from {{ ref('ga4__event_rows') }}
    where order_id is not null and left_out is null
    group by source_system, order_id, file_path, place_of_event
),

ranked_purchases as (
    select
        *,
        row_number() over (
            partition by source_system, order_id
            order by occurred_at asc nulls last, file_path asc, place_of_event asc
        ) as purchase_number
    from purchases
)

select
    file_path,
    place_of_event
from ranked_purchases
where purchase_number > 1
