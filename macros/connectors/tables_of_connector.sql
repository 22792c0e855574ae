{#-
    Selects of the tables of one connector, typed, by table. Lines that can not be split count as those of
    the table of the raw contract that their table is read for.
-#}
{% macro tables_of_connector(connector) %}
    {%- set system = system_of(connector) -%}
    {%- set tables = connector_contract(system) -%}
    {%- set folder = env_var(connector_setting(connector, 'DIR'), '') -%}
    {%- set schema = env_var(connector_setting(connector, 'SCHEMA'), '') -%}
    {%- if folder == '' and schema == '' -%}
        {%- do exceptions.raise_compiler_error(
            'The connector ' ~ connector ~ ' is on, and nothing says where its tables are: set '
            ~ connector_setting(connector, 'DIR') ~ ' to a folder of files, or '
            ~ connector_setting(connector, 'SCHEMA') ~ ' to a schema of the warehouse.'
        ) -%}
    {%- endif -%}
    {%- set landed = landed_schema(connector) -%}
    {%- if folder -%}
        {%- do load_raw_folder(folder, tables, landed, connector) -%}
        {%- for table in tables -%}
            {%- do run_query(
                'insert into ' ~ landed_schema('raw') ~ '.malformed_lines select connector, '
                ~ sql_text(table.fills) ~ ', line from ' ~ landed ~ '.malformed_lines where table_name = '
                ~ sql_text(table.name) ~ ' and not names_erased(line)'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set selects = {} -%}
    {%- set names = [] if folder else names_of_tables(schema) -%}
    {%- if not folder -%}
        {%- do check_tables_of_schema(connector, tables, schema, names) -%}
    {%- endif -%}
    {%- for table in tables -%}
        {%- set parts = [] -%}
        {%- for name in ([table.name] if folder else names_of_table(table, names)) -%}
            {%- set relation = adapter.get_relation(
                database=target.database, schema=landed if folder else schema, identifier=name
            ) -%}
            {%- set present = adapter.get_columns_in_relation(relation)
                | map(attribute='name') | map('lower') | list -%}
            {%- for column in table.columns if column.is_required and column.name not in present -%}
                {%- do exceptions.raise_compiler_error(
                    'The table ' ~ relation ~ ' lacks the column `' ~ column.name
                    ~ '`, which the connector ' ~ connector ~ ' needs: have the loader land it.'
                ) -%}
            {%- endfor -%}
            {%- set place = 'row_rows.file_path, row_rows.place_in_file' if folder else (
                sql_text(connector ~ '/' ~ name) ~ ' as file_path, row_number() over () as place_in_file'
            ) -%}
            {%- do parts.append(
                'select ' ~ sql_text(connector) ~ ' as connector, '
                ~ typed_columns(table, 'row_rows', present) ~ ', ' ~ place
                ~ ' from ' ~ relation ~ ' as row_rows'
            ) -%}
        {%- endfor -%}
        {%- set nothing = 'select ' ~ sql_text(connector) ~ ' as connector, '
            ~ typed_columns(table, 'row_rows', [])
            ~ ', cast(null as varchar) as file_path, 0 as place_in_file where false' -%}
        {%- do selects.update({table.name: parts | join(' union all ') if parts else nothing}) -%}
    {%- endfor -%}
    {{ return(selects) }}
{% endmacro %}
