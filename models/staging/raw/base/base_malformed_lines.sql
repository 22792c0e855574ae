with

malformed_lines as (
    select * from {{ source('raw_files', 'malformed_lines') }}
)

select
    connector,
    table_name,
    line,
    count(*) as copies
from malformed_lines
group by connector, table_name, line
