{#-
    Stops the run when a schema holds the tables of several shops, whose names follow different prefixes, or
    lacks a table that a connector needs: what the reader asks of a folder.
-#}
{% macro check_tables_of_schema(connector, tables, schema, names) %}
    {%- set prefixes = {} -%}
    {%- for table in tables if table.any_prefix -%}
        {%- for name in names_of_table(table, names) -%}
            {%- set prefix = name[:-(table.name | length)] | lower -%}
            {%- do prefixes.setdefault(prefix, ('`' ~ prefix ~ '`' if prefix else 'none') ~ ' of ' ~ name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if prefixes | length > 1 -%}
        {%- do exceptions.raise_compiler_error(
            'The names of the tables of ' ~ connector ~ ' in the schema ' ~ schema ~ ' have several prefixes, '
            ~ prefixes.values() | join(' and ') ~ ': keep the tables of each shop in a schema of their own.'
        ) -%}
    {%- endif -%}
    {%- for table in tables if table.is_required and not names_of_table(table, names) -%}
        {%- set instead = tables | selectattr('name', 'equalto', table.stand_in) | list -%}
        {%- if not instead or not names_of_table(instead[0], names) -%}
            {%- do exceptions.raise_compiler_error(
                'The schema ' ~ schema ~ ' lacks the table `' ~ table.name ~ '`'
                ~ (' (or `' ~ table.stand_in ~ '`)' if table.stand_in else '') ~ ', which the connector '
                ~ connector ~ ' needs: have the loader land it, or name another schema in '
                ~ connector_setting(connector, 'SCHEMA') ~ '.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
