{#- A select of what runs of syncs left of a table; of nothing before the first run. -#}
{% macro recorded_rows(source) %}
    {%- set path = run_query('select sync_records(' ~ sql_text(source.name) ~ ')').rows[0][0] -%}
    {{ return(rows_of_file(source, path)) }}
{% endmacro %}
