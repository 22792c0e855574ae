with

row_counts as (
    select
        table_name,
        row_count
    from {{ source('raw_files', 'files') }}

    {%- for name in raw_table_names() %}

    union all

    select
        '{{ name }}' as table_name,
        0 as row_count
    {%- endfor %}
)

select
    table_name,
    cast(sum(row_count) as {{ dbt.type_bigint() }}) as line_count
from row_counts
group by table_name
