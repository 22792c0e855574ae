-- depends_on: {{ ref('segment_memberships') }}
{%- set membership_nodes = [] -%}
{%- if execute -%}
{%- for node in graph.nodes.values() if node.name == 'segment_memberships' -%}
{%- do membership_nodes.extend(node.depends_on.nodes) -%}
{%- endfor -%}
{%- endif %}
-- Every segment model is in the catalog and in the memberships, and every catalog row is a model.
with

models as (
    {%- for model in segment_models() %}
    select
        '{{ model.name | replace("segment_", "", 1) }}' as segment,
        {{ (model.unique_id in membership_nodes) | lower }} as is_in_memberships
    union all
    {%- endfor %}
    select '' as segment, true as is_in_memberships where false
),

catalog as (
    select * from {{ ref('segment_catalog') }}
)

select
    coalesce(models.segment, catalog.segment) as segment,
    case
        when catalog.segment is null then 'not in segment_catalog'
        when models.segment is null then 'no model'
        else 'not in segment_memberships'
    end as problem
from models
full outer join catalog on models.segment = catalog.segment
where
    catalog.segment is null
    or models.segment is null
    or not models.is_in_memberships
