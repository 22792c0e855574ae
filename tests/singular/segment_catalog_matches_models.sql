-- depends_on: {{ ref('segment_memberships') }}
-- Every segment model is in the catalog and in the memberships and says what it needs, and every
-- catalog row is a model. What is missing is told with the file to edit.
{%- set catalog = ref('segment_catalog') -%}
{%- if execute and flags.WHICH in ['build', 'test'] -%}
{%- set listed = run_query('select segment from ' ~ catalog).columns[0].values() -%}
{%- set memberships = [] -%}
{%- for node in graph.nodes.values() if node.name == 'segment_memberships' -%}
{%- do memberships.extend(node.depends_on.nodes) -%}
{%- endfor -%}
{%- set problems, segments = [], [] -%}
{%- for model in segment_models() -%}
{%- set segment = model.name | replace('segment_', '', 1) -%}
{%- do segments.append(segment) -%}
{%- if segment not in listed -%}
{%- do problems.append(
    'Segment ' ~ segment ~ ': add its row to seeds/segment_catalog.csv.'
) -%}
{%- endif -%}
{%- if model.unique_id not in memberships -%}
{%- do problems.append(
    'Segment ' ~ segment ~ ': add it to the list in models/membership/segment_memberships.sql.'
) -%}
{%- endif -%}
{%- if model.config.meta.needs is not defined -%}
{%- do problems.append(
    'Segment ' ~ segment ~ ': say in ' ~ model.patch_path.split('://')[1] ~ ' which raw tables it is '
    ~ 'empty without, as `config: {meta: {needs: [orders]}}`.'
) -%}
{%- endif -%}
{%- endfor -%}
{%- for segment in listed if segment not in segments -%}
{%- do problems.append(
    'Segment ' ~ segment ~ ': write its rule in models/segments/<family>/segment_' ~ segment
    ~ '.sql, or take its row out of seeds/segment_catalog.csv.'
) -%}
{%- endfor -%}
{%- if problems -%}
{%- do exceptions.raise_compiler_error(problems | join('\n')) -%}
{%- endif -%}
{%- endif %}
select segment
from {{ catalog }}
group by segment
having count(*) > 1
