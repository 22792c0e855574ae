{#-
    Runs before every build: turns the folder of raw files into the contract's tables, and what the
    connectors that are on read into theirs.
    Everything is checked first, so that a bad folder stops the run before anything is touched.
    What-if and replays compute from what the last build has read.
-#}
{% macro prepare_raw() %}
    {%- set is_beside = is_beside_last_build() -%}
    {%- if execute and target.type == 'duckdb' and flags.WHICH in ['build', 'run'] and not is_beside -%}
        {%- do check_settings() -%}
        {%- set folder = env_var('SEGMENTRY_RAW_DIR', '' if is_connected() else 'seeds/demo_shop') -%}
        {%- set tables = raw_contract() -%}
        {%- for table in tables if connected_models(table.name) -%}
            {%- do table.update({'is_required': false}) -%}
        {%- endfor -%}
        {%- do load_raw_folder(folder, tables, env_var('SEGMENTRY_RAW_SCHEMA', 'raw')) -%}
        {%- do prepare_connectors() -%}
        {%- do check_currencies(var('reporting_currency')) if not is_connected() -%}
    {%- endif -%}
{% endmacro %}
