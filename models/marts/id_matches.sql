with

systems as (
    select * from {{ ref('int_id_systems') }}
),

columns_of_ids as (
    select
        table_name,
        column_name,
        source_system,
        row_count,
        id_count,
        apostrophe_share,
        decimal_share,
        coalesce(max(case when known_system = source_system then known_share end), 0)
            as known_share
    from systems
    group by
        table_name, column_name, source_system, row_count, id_count, apostrophe_share, decimal_share
),

other_systems as (
    select
        *,
        row_number() over (
            partition by table_name, column_name, source_system
            order by known_share desc, known_system asc
        ) as place
    from systems
    where known_system <> source_system and known_share > 0
)

select
    columns_of_ids.table_name,
    columns_of_ids.column_name,
    columns_of_ids.source_system,
    columns_of_ids.row_count,
    columns_of_ids.id_count,
    columns_of_ids.known_share,
    other_systems.known_system as best_other_source_system,
    other_systems.known_share as best_other_share,
    columns_of_ids.apostrophe_share,
    columns_of_ids.decimal_share,
    as_of.as_of_date
from columns_of_ids
left join other_systems
    on columns_of_ids.table_name = other_systems.table_name
    and columns_of_ids.column_name = other_systems.column_name
    and columns_of_ids.source_system = other_systems.source_system
    and other_systems.place = 1
cross join {{ ref('int_as_of') }} as as_of
