{#-
    Makes one relation per raw table from a folder of files, and the tables `files` and
    `malformed_lines` beside them. The package `segmentry.reading` checks the folder and says how it is
    loaded; nothing is touched when it finds the folder wanting.
-#}
{% macro load_raw_folder(folder) %}
    {%- do adapter.dispatch('load_raw_folder', 'segmentry')(folder) -%}
{% endmacro %}

{% macro duckdb__load_raw_folder(folder) %}
    {%- set schema = api.Relation.create(
        database=target.database, schema=env_var('SEGMENTRY_RAW_SCHEMA', 'raw')
    ) -%}
    {%- set question -%}
        select read_raw_folder(
            {{ sql_text(folder) }}, {{ sql_text(tojson(raw_contract())) }}, {{ sql_text(schema | string) }}
        )
    {%- endset -%}
    {%- set reading = fromjson(run_query(question).columns[0].values()[0]) -%}
    {%- if reading.error -%}
        {%- do exceptions.raise_compiler_error(
            'The raw folder `' ~ folder ~ '` can not be read: ' ~ reading.error ~ '.'
        ) -%}
    {%- endif -%}
    {%- for message in reading.messages -%}
        {%- do log(message, info=true) -%}
    {%- endfor -%}
    {%- for statement in reading.statements -%}
        {%- do run_query(statement) -%}
    {%- endfor -%}
{% endmacro %}
