{#- The names of the tables and views of a schema of the warehouse, as a list. -#}
{% macro names_of_tables(schema) -%}
    {{ return(adapter.dispatch('names_of_tables', 'segmentry')(schema)) }}
{%- endmacro %}

{% macro duckdb__names_of_tables(schema) -%}
    {{ return(
        run_query(
            'select table_name from information_schema.tables where table_catalog = '
            ~ sql_text(target.database) ~ ' and lower(table_schema) = ' ~ sql_text(schema | lower)
            ~ ' order by table_name'
        ).columns[0].values() | list
    ) }}
{%- endmacro %}
