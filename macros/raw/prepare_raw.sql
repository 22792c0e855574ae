{#-
    Runs before every build: makes the contract's tables of the folder of raw files, or of the shop's own
    tables in a schema of the warehouse, and what the connectors that are on read into theirs.
    Everything is checked first, so that a bad folder stops the run before anything is touched.
    What-if and replays compute from what the last build has read.
-#}
{% macro prepare_raw() %}
    {%- set is_beside = is_beside_last_build() -%}
    {%- if execute and target.type == 'duckdb' and flags.WHICH in ['build', 'run'] and not is_beside -%}
        {%- do check_settings() -%}
        {%- set schema = env_var('SEGMENTRY_RAW_SCHEMA', '') -%}
        {%- set folder = env_var('SEGMENTRY_RAW_DIR', '' if is_connected() else 'seeds/demo_shop') -%}
        {%- set tables = raw_contract() -%}
        {%- for table in tables if connected_models(table.name) -%}
            {%- do table.update({'is_required': false}) -%}
        {%- endfor -%}
        {%- if schema -%}
            {%- do load_raw_schema(schema, tables, landed_schema('raw')) -%}
        {%- else -%}
            {%- do load_raw_folder(folder, tables, landed_schema('raw')) -%}
        {%- endif -%}
        {%- do prepare_connectors() -%}
        {%- do check_currencies(var('reporting_currency')) if not is_connected() -%}
    {%- endif -%}
{% endmacro %}
