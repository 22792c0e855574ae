{#-
    Runs before every build: stops it when a segment has no entry in the YAML of its folder, without
    which dbt can't build it.
-#}
{% macro check_segments() %}
    {%- set problems = [] -%}
    {%- for model in segment_models() if not model.patch_path -%}
        {%- set folder = 'models/' ~ model.fqn[1:-1] | join('/') -%}
        {%- do problems.append(
            'Segment ' ~ model.name | replace('segment_', '', 1) ~ ': describe the model '
            ~ model.name ~ ' in ' ~ folder ~ '/_' ~ model.fqn[-2] ~ '__models.yml, with '
            ~ '`columns: *segment_columns` and a unit test.'
        ) -%}
    {%- endfor -%}
    {%- if problems -%}
        {%- do exceptions.raise_compiler_error(problems | join('\n')) -%}
    {%- endif -%}
{% endmacro %}
