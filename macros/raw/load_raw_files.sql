{#-
    Makes one relation per raw table in the raw schema: CSV files are loaded as text, Parquet files
    stay where they are and are read through a view. What is not there is an empty table or null.
-#}
{% macro load_raw_files(tables, files) %}
    {%- set schema = api.Relation.create(
        database=target.database, schema=env_var('SEGMENTRY_RAW_SCHEMA', 'raw')
    ) -%}
    {%- do adapter.create_schema(schema) -%}
    {%- set malformed_lines = schema.incorporate(path={'identifier': 'malformed_lines'}) -%}
    {%- do run_query(
        'create or replace table ' ~ malformed_lines ~ ' (table_name varchar, line varchar)'
    ) -%}
    {%- for table in tables -%}
        {%- set relation = schema.incorporate(path={'identifier': table.name}) -%}
        {%- set lines = schema.incorporate(path={'identifier': table.name ~ '__csv'}) -%}
        {%- set parts = [] -%}
        {%- set csv_files = files[table.name] | selectattr('format', 'equalto', 'csv') | list -%}
        {%- set parquet_files = files[table.name] | selectattr('format', 'equalto', 'parquet') | list -%}
        {%- if parquet_files -%}
            {%- do parts.append(parquet_rows(table, parquet_files, is_mixed=csv_files | length > 0)) -%}
        {%- endif -%}
        {%- if csv_files or not parquet_files -%}
            {%- do load_csv_files(table, csv_files, lines, malformed_lines) -%}
            {%- do parts.append('select * from ' ~ lines) -%}
        {%- endif -%}
        {%- do run_query(
            'create or replace view ' ~ relation ~ ' as ' ~ parts | join(' union all ')
        ) -%}
    {%- endfor -%}
{% endmacro %}
