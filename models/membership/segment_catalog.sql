-- depends_on: {{ ref('segment_memberships') }}
-- What the `meta` of each segment says of it.
{%- for model in segment_models() %}
{%- set meta = model.config.meta %}
select
    {{ sql_text(segment_of(model)) }} as segment,
    {{ sql_text(meta.label) }} as label,
    {{ sql_text(model.fqn[2]) }} as family,
    {{ sql_text(with_values(meta.meaning)) }} as description,
    {{ sql_text(meta.owner) }} as owner,
    nullif({{ sql_text(meta.get('exclusive_group', '')) }}, '') as exclusive_group,
    {{ meta.get('is_valued', false) }} as is_valued,
    {{ meta.get('is_sensitive', false) }} as is_sensitive,
    nullif({{ sql_text(meta.get('destinations', []) | join(' ')) }}, '') as destinations,
    {{ sql_text(meta.typical_use) }} as typical_use
{{ 'union all' if not loop.last }}
{%- endfor %}
