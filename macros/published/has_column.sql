{#- Whether a file of a published version has a column, which older versions lack. -#}
{% macro has_column(version, file, column) %}
    {%- do check_file_is_there(version, file) -%}
    {{ return(run_query(
        'select name from parquet_schema(' ~ as_path(version.folder ~ '/' ~ file) ~ ') where name = '
        ~ sql_text(column)
    ).rows | length > 0) }}
{% endmacro %}
