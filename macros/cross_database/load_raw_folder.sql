{#-
    Makes one relation per table of a contract from a folder of files, and the tables `files` and
    `malformed_lines` beside them, in a schema. `connector` is the connector whose tables they are, the
    empty text for the raw contract. No folder at all makes empty tables. The package `segmentry.reading`
    checks the folder and says how it is loaded; nothing is touched when it finds the folder wanting.
-#}
{% macro load_raw_folder(folder, tables, schema, connector='') %}
    {%- do adapter.dispatch('load_raw_folder', 'segmentry')(folder, tables, schema, connector) -%}
{% endmacro %}

{% macro duckdb__load_raw_folder(folder, tables, schema, connector) %}
    {%- set schema = api.Relation.create(database=target.database, schema=schema) -%}
    {%- set question -%}
        read_raw_folder(
            {{ sql_text(folder) }},
            {{ sql_text(tojson(tables)) }},
            {{ sql_text(schema | string) }},
            {{ sql_text(connector) }}
        )
    {%- endset -%}
    {%- do load_reading(
        question,
        'The ' ~ ('folder of ' ~ connector if connector else 'raw folder') ~ ' `' ~ folder
        ~ '` can not be read: ' if folder else 'No connector that is on brings what every shop needs, '
        ~ 'and SEGMENTRY_RAW_DIR names no folder that does: '
    ) -%}
{% endmacro %}
