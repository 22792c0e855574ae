{#-
    Runs before every build: makes a view in the schema `published` of each table that the history
    needs from the published versions. The views read the versions' Parquet files where they are;
    before anything was published they are empty.
-#}
{% macro prepare_published() %}
    {%- set is_what_if = target.name == 'what_if' -%}
    {%- if execute and target.type == 'duckdb' and flags.WHICH in ['build', 'run'] and not is_what_if -%}
        {%- set published = published_folder(
            env_var('SEGMENTRY_PUBLISHED_DIR', ''),
            env_var('SEGMENTRY_WAREHOUSE', ''),
            invocation_args_dict.project_dir
        ) -%}
        {%- set versions = history_versions(published) -%}
        {%- for source in graph.sources.values() if source.source_name == 'published' -%}
            {%- set relation = api.Relation.create(
                database=source.database, schema=source.schema, identifier=source.identifier
            ) -%}
            {%- do adapter.create_schema(relation) -%}
            {%- do run_query(
                'create or replace view ' ~ relation ~ ' as ' ~ published_rows(source, versions)
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
