with

rejects as (
    select
        malformed_lines.table_name,
        cast(null as {{ dbt.type_string() }}) as row_key,
        'malformed line' as reason,
        {{ as_json(row_struct({'line': 'malformed_lines.line'})) }} as raw_row
    from {{ ref('base_malformed_lines') }} as malformed_lines

    {%- for name in raw_table_names() %}

    union all

    select
        '{{ name }}' as table_name,
        {{ row_key(name, 'rejects') }} as row_key,
        rejects.reject_reason as reason,
        {{ as_json('rejects.raw_row') }} as raw_row
    from {{ ref('base_' ~ name) }} as rejects
    where rejects.reject_reason is not null
    {%- endfor %}
)

select
    rejects.table_name,
    rejects.row_key,
    rejects.reason,
    rejects.raw_row,
    as_of.as_of_date
from rejects
cross join {{ ref('int_as_of') }} as as_of
