{#-
    Makes one relation per table of the raw contract from the shop's own tables in a schema of the warehouse,
    which are read where they stand, and the tables `files` and `malformed_lines` beside them. The package
    `segmentry.reading` checks the tables and says how; nothing is touched when it finds them wanting.
-#}
{% macro load_raw_schema(named, tables, schema) %}
    {%- do adapter.dispatch('load_raw_schema', 'segmentry')(named, tables, schema) -%}
{% endmacro %}

{% macro duckdb__load_raw_schema(named, tables, schema) %}
    {%- set schema = api.Relation.create(database=target.database, schema=schema) -%}
    {%- set question -%}
        read_raw_schema(
            {{ sql_text(named) }}, {{ sql_text(tojson(tables)) }}, {{ sql_text(schema | string) }}
        )
    {%- endset -%}
    {%- do load_reading(
        question,
        'The schema `' ~ named ~ '` of the warehouse, which SEGMENTRY_RAW_SCHEMA names, can not be read: '
    ) -%}
{% endmacro %}
