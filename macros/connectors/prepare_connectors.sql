{#-
    Runs before every build: makes, of each table of a system whose connector is on, the view
    `connector_<system>.<table>` with the columns of the sources' YAML, all shops of the system in it.
    Each shop's tables lie in a folder of files (SEGMENTRY_<CONNECTOR>_DIR) or in a schema of the warehouse
    (SEGMENTRY_<CONNECTOR>_SCHEMA). A table or a column that is missing is empty, unless it is required.
    The view `connector_<system>.files` says which files they are.
-#}
{% macro prepare_connectors() %}
    {%- if var('segment_orders') and store_connectors() -%}
        {%- do exceptions.raise_compiler_error(
            'The var segment_orders is true, and the orders of ' ~ store_connectors() | join(', ')
            ~ ' are read as well: each would count twice. Leave it false where a store connector is on.'
        ) -%}
    {%- endif -%}
    {%- set systems = {} -%}
    {%- for connector in connectors() -%}
        {%- do systems.setdefault(system_of(connector), []).append(connector) -%}
    {%- endfor -%}
    {%- for system, shops in systems.items() -%}
        {%- set selects = {'files': []} -%}
        {%- for connector in shops -%}
            {%- for name, select in tables_of_connector(connector).items() -%}
                {%- do selects.setdefault(name, []).append(select) -%}
            {%- endfor -%}
            {%- do selects.files.append(files_of_connector(connector)) -%}
        {%- endfor -%}
        {%- do run_query('create schema if not exists connector_' ~ system) -%}
        {%- for name, parts in selects.items() -%}
            {%- do run_query(
                'create or replace view connector_' ~ system ~ '.' ~ adapter.quote(name) ~ ' as '
                ~ parts | join(' union all ')
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}
