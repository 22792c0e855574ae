with

rejects as (
    select
        table_name,
        row_key,
        reason,
        raw_row
    from {{ ref('base_rejected_rows') }}

    union all

    select
        table_name,
        cast(null as {{ dbt.type_string() }}) as row_key,
        'malformed line' as reason,
        {{ as_json(row_struct({'line': 'line'})) }} as raw_row
    from {{ ref('base_malformed_lines') }}
)

select
    rejects.table_name,
    rejects.row_key,
    rejects.reason,
    rejects.raw_row,
    as_of.as_of_date
from rejects
cross join {{ ref('int_as_of') }} as as_of
