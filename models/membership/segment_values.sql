-- depends_on: {{ ref('segment_memberships') }}
-- What the `meta: {values: …}` of a segment says of each of its values.
{%- for model in segment_models() %}
{%- for value, meaning in model.config.meta.get('values', {}).items() %}
select
    {{ sql_text(segment_of(model)) }} as segment,
    {{ sql_text(value) }} as segment_value,
    {{ sql_text(with_values(meaning)) }} as meaning
union all
{%- endfor %}
{%- endfor %}
select
    cast(null as {{ dbt.type_string() }}) as segment,
    cast(null as {{ dbt.type_string() }}) as segment_value,
    cast(null as {{ dbt.type_string() }}) as meaning
where false
