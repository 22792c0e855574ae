{#-
    A select of the files that the tables of one connector are read from, as the materialization `by_file`
    wants them: a version that is another one when a file was changed. A table of the warehouse is a file
    that is always read anew.
-#}
{% macro files_of_connector(connector) %}
    {%- if env_var(connector_setting(connector, 'DIR'), '') -%}
        {{ return(
            'select ' ~ sql_text(connector) ~ " as connector, table_name, file_path, byte_count || ' bytes of ' "
            ~ "|| changed_at || ', ' || row_count || ' rows' as file_version, row_count from "
            ~ landed_schema(connector) ~ '.files'
        ) }}
    {%- endif -%}
    {%- set schema = env_var(connector_setting(connector, 'SCHEMA'), '') -%}
    {%- set names = names_of_tables(schema) -%}
    {%- set selects = [] -%}
    {%- for table in connector_contract(system_of(connector)) -%}
        {%- for name in names_of_table(table, names) -%}
            {%- set relation = adapter.get_relation(
                database=target.database, schema=schema, identifier=name
            ) -%}
            {%- do selects.append(
                'select ' ~ sql_text(connector) ~ ' as connector, ' ~ sql_text(table.name) ~ ' as table_name, '
                ~ sql_text(connector ~ '/' ~ name) ~ ' as file_path, '
                ~ sql_text(run_started_at | string) ~ ' as file_version, count(*) as row_count from ' ~ relation
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(selects | join(' union all ') or (
        "select '' as connector, '' as table_name, '' as file_path, '' as file_version, 0 as row_count where false"
    )) }}
{% endmacro %}
