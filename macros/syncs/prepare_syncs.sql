{#-
    Runs before every build: makes a view in the schema `syncs` of each table that syncs leave beside
    what they remember, and of the experiments that their files name. Before a sync ever ran they are
    empty.
-#}
{% macro prepare_syncs() %}
    {%- set is_beside = is_beside_last_build() -%}
    {%- if execute and target.type == 'duckdb' and flags.WHICH in ['build', 'run'] and not is_beside -%}
        {%- for source in graph.sources.values() if source.source_name == 'syncs' -%}
            {%- set relation = api.Relation.create(
                database=source.database, schema=source.schema, identifier=source.identifier
            ) -%}
            {%- do adapter.create_schema(relation) -%}
            {%- do run_query(
                'create or replace view ' ~ relation ~ ' as ' ~ (
                    declared_rows(source) if source.config.meta.is_declared else recorded_rows(source)
                )
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
