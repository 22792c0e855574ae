{#- The condition of a model that is materialized `by_file`, where it is told which files to read. -#}
{% macro of_these_files(file_path) -%}
    {{ file_path }} is not null
{%- endmacro %}
