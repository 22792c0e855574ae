{#-
    Runs before every build: makes a view in the schema `syncs` of each table that syncs leave beside
    what they remember. Before a sync ever ran they are empty.
-#}
{% macro prepare_syncs() %}
    {%- set is_what_if = target.name == 'what_if' -%}
    {%- if execute and target.type == 'duckdb' and flags.WHICH in ['build', 'run'] and not is_what_if -%}
        {%- for source in graph.sources.values() if source.source_name == 'syncs' -%}
            {%- set relation = api.Relation.create(
                database=source.database, schema=source.schema, identifier=source.identifier
            ) -%}
            {%- set path = run_query(
                'select sync_records(' ~ sql_text(source.name) ~ ')'
            ).rows[0][0] -%}
            {%- set values = [] -%}
            {%- for column in source.columns.values() -%}
                {%- do values.append(
                    'cast(' ~ (column.name if path else 'null') ~ ' as ' ~ column.data_type ~ ') as '
                    ~ column.name
                ) -%}
            {%- endfor -%}
            {%- do adapter.create_schema(relation) -%}
            {%- do run_query(
                'create or replace view ' ~ relation ~ ' as select ' ~ values | join(', ')
                ~ (' from read_parquet(' ~ as_path(path) ~ ')' if path else ' where false')
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
