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
    {%- set landed = 'landed_' ~ modules.re.sub('[^a-z0-9]', '_', connector) -%}
    {%- if folder -%}
        {%- do load_raw_folder(folder, tables, landed, connector) -%}
        {%- for table in tables -%}
            {%- do run_query(
                'insert into ' ~ env_var('SEGMENTRY_RAW_SCHEMA', 'raw') ~ '.malformed_lines' ~ ' select connector, '
                ~ sql_text(table.fills) ~ ', line from ' ~ landed ~ '.malformed_lines where table_name = '
                ~ sql_text(table.name) ~ ' and not names_erased(line)'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set relations = {} -%}
    {%- for table in tables -%}
        {%- do relations.update({table.name: adapter.get_relation(
            database=target.database, schema=landed if folder else schema, identifier=table.name
        )}) -%}
    {%- endfor -%}
    {%- for table in tables if table.is_required -%}
        {%- if not relations[table.name] and not relations.get(table.stand_in) -%}
            {%- do exceptions.raise_compiler_error(
                'The schema ' ~ schema ~ ' lacks the table `' ~ table.name ~ '`'
                ~ (' (or `' ~ table.stand_in ~ '`)' if table.stand_in else '') ~ ', which the connector '
                ~ connector ~ ' needs: have the loader land it, or name another schema in '
                ~ connector_setting(connector, 'SCHEMA') ~ '.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set selects = {} -%}
    {%- for table in tables -%}
        {%- set relation = relations[table.name] -%}
        {%- set present = (
            adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list
        ) if relation else [] -%}
        {%- for column in table.columns if relation and column.is_required -%}
            {%- if column.name not in present -%}
                {%- do exceptions.raise_compiler_error(
                    'The table ' ~ relation ~ ' lacks the column `' ~ column.name
                    ~ '`, which the connector ' ~ connector ~ ' needs: have the loader land it.'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set place = 'row_rows.file_path, row_rows.place_in_file' if folder else (
            sql_text(connector ~ '/' ~ table.name) ~ ' as file_path, row_number() over () as place_in_file'
        ) -%}
        {%- do selects.update({
            table.name: 'select ' ~ sql_text(connector) ~ ' as connector, '
                ~ typed_columns(table, 'row_rows', present) ~ ', '
                ~ (place if relation else "cast(null as varchar) as file_path, 0 as place_in_file")
                ~ (' from ' ~ relation ~ ' as row_rows' if relation else ' where false')
        }) -%}
    {%- endfor -%}
    {{ return(selects) }}
{% endmacro %}
