{#- Stops a build that would stand on a published version which has lost one of its files. -#}
{% macro check_file_is_there(version, file) %}
    {%- set path = version.folder ~ '/' ~ file -%}
    {%- if run_query('select file from glob([' ~ as_path(path) ~ '])').rows | length == 0 -%}
        {%- do exceptions.raise_compiler_error(
            'The published version ' ~ version.build_id ~ ' has lost its file ' ~ file ~ ': bring it '
            ~ 'back, or make another version current with `make roll-back BUILD=...`; '
            ~ '`python -m segmentry versions` lists them.'
        ) -%}
    {%- endif -%}
{% endmacro %}
