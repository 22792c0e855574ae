with

own_files as (
    select * from {{ source('raw_files', 'files') }}
)

select
    'raw' as connector,
    table_name,
    file_path,
    row_count,
    0 as left_out_row_count,
    byte_count || ' bytes of ' || changed_at || ', ' || row_count || ' rows' as file_version
from own_files

{%- for table_name in raw_table_names() %}
{%- for model in connected_models(table_name) %}

union all

select
    connector,
    '{{ table_name }}' as table_name,
    file_path,
    count(case when left_out is null then 1 end) as row_count,
    count(left_out) as left_out_row_count,
    {{ version_of_rows(table_name) }} as file_version
from {{ ref(model) }}
group by connector, file_path
{%- endfor %}
{%- endfor %}
