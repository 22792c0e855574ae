-- depends_on: {{ ref('segment_memberships') }}
-- Every segment model is in the catalog, under the family of its folder, and in the memberships,
-- and says what it needs; every catalog row is a model. What is missing names the file to edit.
{%- set catalog = ref('segment_catalog') -%}
{%- if execute and flags.WHICH in ['build', 'test'] -%}
{%- set listed = {} -%}
{%- for row in run_query('select segment, family from ' ~ catalog).rows -%}
{%- do listed.update({row[0]: row[1]}) -%}
{%- endfor -%}
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
{%- elif listed[segment] != model.fqn[-2] -%}
{%- do problems.append(
    'Segment ' ~ segment ~ ': its family in seeds/segment_catalog.csv is ' ~ listed[segment]
    ~ ', its folder ' ~ model.fqn[-2] ~ '.'
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
