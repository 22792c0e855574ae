{#-
    What was forgotten about segments, a line each, which names the segment and the file to edit. It stops
    every build, from `dbt_project.yml` itself: raised here, it would end with a trace of macros.
-#}
{% macro forgotten_of_segments() %}
    {%- set problems = [] -%}
    {%- set listed = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) if node.name == 'segment_memberships' -%}
        {%- do listed.extend(node.depends_on.nodes) -%}
    {%- endfor -%}
    {%- for model in segment_models() -%}
        {%- set segment = 'Segment ' ~ segment_of(model) ~ ': ' -%}
        {%- set described_in = 'models/' ~ model.fqn[1:] | join('/') ~ '.yml' -%}
        {%- if not model.patch_path -%}
            {%- do problems.append(
                segment ~ 'describe the model ' ~ model.name ~ ' in ' ~ described_in
                ~ ', with its meaning, its columns and a unit test.'
            ) -%}
        {%- else -%}
            {%- for key in ['label', 'meaning', 'typical_use', 'owner', 'needs'] -%}
                {%- if model.config.meta[key] is not defined -%}
                    {%- do problems.append(
                        segment ~ 'say in ' ~ described_in ~ ', under `meta`, its `' ~ key ~ '`'
                        ~ (': the raw tables without which it is empty, as `needs: [orders]`.'
                        if key == 'needs' else '.')
                    ) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
        {%- if model.unique_id not in listed -%}
            {%- do problems.append(
                segment ~ 'add it to the list in models/membership/segment_memberships.sql.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(problems | join('\n')) }}
{% endmacro %}
