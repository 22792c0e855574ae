with

ids as (
    select * from {{ ref('base_ids') }}
),

known_ids as (
    select
        named_table,
        source_system,
        id
    from ids
    where table_name = named_table
),

known_systems as (
    select
        named_table,
        source_system
    from known_ids
    group by named_table, source_system
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

matches as (
    select
        ids.table_name,
        ids.column_name,
        ids.source_system,
        known_ids.source_system as known_system,
        count(*) as known_count
    from ids
    inner join known_ids
        on ids.named_table = known_ids.named_table
        and ids.id = known_ids.id
    where ids.table_name <> ids.named_table
    group by ids.table_name, ids.column_name, ids.source_system, known_ids.source_system
)

select
    naming_columns.table_name,
    naming_columns.column_name,
    naming_columns.source_system,
    naming_columns.row_count,
    naming_columns.id_count,
    naming_columns.apostrophe_share,
    naming_columns.decimal_share,
    known_systems.source_system as known_system,
    {{ share('coalesce(matches.known_count, 0)', 'naming_columns.id_count') }} as known_share
from naming_columns
inner join known_systems on naming_columns.named_table = known_systems.named_table
left join matches
    on naming_columns.table_name = matches.table_name
    and naming_columns.column_name = matches.column_name
    and naming_columns.source_system = matches.source_system
    and known_systems.source_system = matches.known_system
