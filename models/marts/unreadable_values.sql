with

read_rows as (
    {%- for name in raw_table_names() %}
    select '{{ name }}' as table_name, unreadable_columns
    from {{ ref('base_event_exceptions' if name == 'events' else 'base_' ~ name) }}
    where reject_reason is null and unreadable_columns is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

combinations as (
    select
        table_name,
        unreadable_columns,
        count(*) as row_count
    from read_rows
    group by table_name, unreadable_columns
),

columns_of_the_contract as (
    {{ typed_contract_columns() }}
)

select
    combinations.table_name,
    columns_of_the_contract.column_name,
    cast(sum(combinations.row_count) as {{ dbt.type_bigint() }}) as value_count,
    as_of.as_of_date
from combinations
inner join columns_of_the_contract
    on combinations.table_name = columns_of_the_contract.table_name
    and ',' || combinations.unreadable_columns || ','
    like '%,' || columns_of_the_contract.column_name || ',%'
cross join {{ ref('int_as_of') }} as as_of
group by
    combinations.table_name,
    columns_of_the_contract.column_name,
    as_of.as_of_date
