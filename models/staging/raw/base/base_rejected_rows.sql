with

{% for name in raw_table_names() -%}
rejected_{{ name }} as (
    select * from {{ ref('base_event_exceptions' if name == 'events' else 'base_' ~ name) }}
    where reject_reason is not null
),

raw_{{ name }} as (
    {{ with_raw_rows(name, 'rejected_' ~ name) }}
)

{{- ',' if not loop.last }}

{% endfor -%}

{% for name in raw_table_names() -%}
select
    '{{ name }}' as table_name,
    {{ row_key(name, 'raw_' ~ name) }} as row_key,
    reject_reason as reason,
    {{ as_json('raw_row') }} as raw_row
from raw_{{ name }}
{{ 'union all' if not loop.last }}
{% endfor -%}
