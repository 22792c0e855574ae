-- depends_on: {{ ref('segment_memberships') }}
-- Every row of a segment model bears the name of that model and of no other.
{% for model in segment_models() -%}
select '{{ model.name }}' as model_name, segment, count(*) as row_count
from {{ api.Relation.create(database=model.database, schema=model.schema, identifier=model.alias) }}
where segment <> '{{ segment_of(model) }}'
group by segment
union all
{% endfor -%}
select '' as model_name, '' as segment, 0 as row_count where false
