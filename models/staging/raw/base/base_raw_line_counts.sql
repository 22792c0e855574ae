with

row_counts as (
    select
        connector,
        table_name,
        row_count,
        left_out_row_count
    from {{ ref('base_raw_files') }}

    union all

    -- The lines of a shop's own files are counted with their rows.
    select
        connector,
        table_name,
        copies as row_count,
        0 as left_out_row_count
    from {{ ref('base_malformed_lines') }}
    where connector <> 'raw'

    {%- for name in raw_table_names() %}

    union all

    select
        'raw' as connector,
        '{{ name }}' as table_name,
        0 as row_count,
        0 as left_out_row_count
    {%- endfor %}
)

select
    connector,
    table_name,
    cast(sum(row_count) as {{ dbt.type_bigint() }}) as line_count,
    cast(sum(left_out_row_count) as {{ dbt.type_bigint() }}) as left_out_row_count
from row_counts
group by connector, table_name
