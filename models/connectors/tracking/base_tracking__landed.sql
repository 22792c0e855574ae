{{ config(materialized='view', enabled=is_connected('segment') or is_connected('rudderstack')) }}

{%- for system in ['segment', 'rudderstack'] if is_connected(system) %}
{%- set is_last_system = loop.last %}
{%- for table_name in tracking_tables() %}

select
    '{{ system }}' as system,
    '{{ table_name }}' as table_name,
    landed.*
from {{ source(system, table_name) }} as landed
{{ 'union all' if not (loop.last and is_last_system) }}
{%- endfor %}
{%- endfor %}
