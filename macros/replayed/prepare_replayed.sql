{#-
    Runs before every build: makes a view in the schema `replayed` of each table that `segmentry replay`
    leaves of past days. Before the first replay they are empty; those of the demo shop are what ships
    with it.
-#}
{% macro prepare_replayed() %}
    {%- set is_what_if = target.name == 'what_if' -%}
    {%- if execute and target.type == 'duckdb' and flags.WHICH in ['build', 'run'] and not is_what_if -%}
        {%- for source in graph.sources.values() if source.source_name == 'replayed' -%}
            {%- set relation = api.Relation.create(
                database=source.database, schema=source.schema, identifier=source.identifier
            ) -%}
            {%- do adapter.create_schema(relation) -%}
            {%- do run_query('create or replace view ' ~ relation ~ ' as ' ~ replayed_rows(source)) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
