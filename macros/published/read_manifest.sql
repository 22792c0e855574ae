{#- The manifest of a published version as a dict; none when the folder holds no version. -#}
{% macro read_manifest(folder) %}
    {%- set path = as_path(folder ~ '/manifest.json') -%}
    {%- if run_query('select file from glob([' ~ path ~ '])').rows | length == 0 -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set content = run_query('select content from read_text(' ~ path ~ ')').rows[0][0] -%}
    {%- set manifest = fromjson(content) -%}
    {%- if not (manifest is mapping and manifest.build_id and manifest.as_of_date) -%}
        {%- do exceptions.raise_compiler_error(
            folder ~ '/manifest.json is damaged: make another version current with `make roll-back '
            ~ 'BUILD=...`; `python -m segmentry versions` lists them.'
        ) -%}
    {%- endif -%}
    {{ return(manifest) }}
{% endmacro %}
