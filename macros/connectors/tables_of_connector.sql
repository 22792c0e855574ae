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
                'insert into ' ~ env_var('SEGMENTRY_RAW_SCHEMA', 'raw') ~ '.malformed_lines' ~ ' select connector, '
                ~ sql_text(table.fills) ~ ', line from ' ~ landed ~ '.malformed_lines where table_name = '
                ~ sql_text(table.name)
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set selects = {} -%}
    {%- for table in tables -%}
        {%- set relations = relations_of_table(schema, table) if not folder else [
            adapter.get_relation(database=target.database, schema=landed, identifier=table.name)
        ] -%}
        {%- set stand_in = adapter.get_relation(
            database=target.database, schema=schema, identifier=table.stand_in
        ) if table.stand_in and not folder else none -%}
        {%- if table.is_required and not relations and not stand_in -%}
            {%- do exceptions.raise_compiler_error(
                'The schema ' ~ schema ~ ' of the connector ' ~ connector ~ ' lacks the table `' ~ table.name
                ~ '`' ~ (' (or `' ~ table.stand_in ~ '`)' if table.stand_in else '') ~ '.'
            ) -%}
        {%- endif -%}
        {%- set parts = [] -%}
        {%- for relation in relations -%}
            {%- set present = adapter.get_columns_in_relation(relation)
                | map(attribute='name') | map('lower') | list -%}
            {%- for column in table.columns if column.is_required and column.name not in present -%}
                {%- do exceptions.raise_compiler_error(
                    'The table ' ~ relation ~ ' lacks the column `' ~ column.name
                    ~ '`, which the connector ' ~ connector ~ ' needs.'
                ) -%}
            {%- endfor -%}
            {%- set place = 'row_rows.file_path, row_rows.place_in_file' if folder else (
                sql_text(connector ~ '/' ~ relation.identifier)
                ~ ' as file_path, row_number() over () as place_in_file'
            ) -%}
            {%- do parts.append(
                'select ' ~ sql_text(connector) ~ ' as connector, '
                ~ typed_columns(table, 'row_rows', present) ~ ', ' ~ place
                ~ ' from ' ~ relation ~ ' as row_rows'
            ) -%}
        {%- endfor -%}
        {%- if not parts -%}
            {%- do parts.append(
                'select ' ~ sql_text(connector) ~ ' as connector, ' ~ typed_columns(table, 'row_rows', [])
                ~ ', cast(null as varchar) as file_path, 0 as place_in_file where false'
            ) -%}
        {%- endif -%}
        {%- do selects.update({table.name: parts | join(' union all ')}) -%}
    {%- endfor -%}
    {{ return(selects) }}
{% endmacro %}
