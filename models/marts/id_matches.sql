with

ids as (
    select
        table_name,
        column_name,
        named_table,
        source_system,
        id,
        sum(row_count) as row_count
    from {{ ref('base_ids') }}
    group by table_name, column_name, named_table, source_system, id
),

naming_columns as (
    select
        table_name,
        column_name,
        named_table,
        source_system,
        cast(sum(row_count) as {{ dbt.type_bigint() }}) as row_count,
        count(*) as id_count,
        {{ share("count(case when id like '''%' then 1 end)", 'count(*)') }} as apostrophe_share,
        {{ share("count(case when id like '%.0' then 1 end)", 'count(*)') }} as decimal_share
    from ids
    where table_name <> named_table
    group by table_name, column_name, named_table, source_system
),

shares as (
    select * from {{ ref('int_id_systems') }}
),

other_systems as (
    select
        table_name,
        column_name,
        source_system,
        known_system,
        known_share,
        row_number() over (
            partition by table_name, column_name, source_system
            order by known_share desc, known_system asc
        ) as place
    from shares
    where known_system <> source_system and known_share > 0
)

select
    naming_columns.table_name,
    naming_columns.column_name,
    naming_columns.source_system,
    naming_columns.row_count,
    naming_columns.id_count,
    coalesce(own_system.known_share, 0) as known_share,
    other_systems.known_system as best_other_source_system,
    other_systems.known_share as best_other_share,
    naming_columns.apostrophe_share,
    naming_columns.decimal_share,
    as_of.as_of_date
from naming_columns
left join shares as own_system
    on naming_columns.table_name = own_system.table_name
    and naming_columns.column_name = own_system.column_name
    and naming_columns.source_system = own_system.source_system
    and naming_columns.source_system = own_system.known_system
left join other_systems
    on naming_columns.table_name = other_systems.table_name
    and naming_columns.column_name = other_systems.column_name
    and naming_columns.source_system = other_systems.source_system
    and other_systems.place = 1
cross join {{ ref('int_as_of') }} as as_of
where
    naming_columns.named_table in (
        select ids.named_table from ids where ids.table_name = ids.named_table
    )
