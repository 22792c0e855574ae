{{ config(severity='warn') }}
-- Warns of optional columns with values that can't be read.
select
    table_name,
    column_name,
    value_count,
    value_count || ' values of ' || table_name || '.' || column_name
    || ' can not be read: they count as no, or as not there' as finding
from {{ ref('unreadable_values') }}
