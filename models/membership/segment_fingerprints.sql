-- depends_on: {{ ref('segment_memberships') }}
{%- set definitions = model_fingerprints() if execute else {} -%}
{%- for model in segment_models() %}
select
    {{ sql_text(segment_of(model)) }} as segment,
    {{ sql_text(definitions[model.unique_id].lineage_fingerprint) }} as lineage_fingerprint
union all
{%- endfor %}
select
    cast(null as {{ dbt.type_string() }}) as segment,
    cast(null as {{ dbt.type_string() }}) as lineage_fingerprint
where false
