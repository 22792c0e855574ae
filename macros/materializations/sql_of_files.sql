{#- The SQL of a model that is materialized `by_file`, for some files. -#}
{% macro sql_of_files(sql, files) %}
    {%- set condition = of_these_files('(\\w+[.]file_path)') -%}
    {%- if not modules.re.search(condition, sql) -%}
        {%- do exceptions.raise_compiler_error(
            model.name ~ ' is materialized by_file and does not say where it reads files: of_these_files.'
        ) -%}
    {%- endif -%}
    {%- set in_files = '\\1 in ' ~ sql_list(files) | replace('\\', '\\\\') -%}
    {{ return(modules.re.sub(condition, in_files, sql)) }}
{% endmacro %}
