{#-
    Runs before every build: turns the folder of raw files into the contract's tables.
    Everything is checked first, so that a bad folder stops the run before anything is touched.
    What-if computes from what the last build has read.
-#}
{% macro prepare_raw() %}
    {%- set is_what_if = target.name == 'what_if' -%}
    {%- if execute and target.type == 'duckdb' and flags.WHICH in ['build', 'run'] and not is_what_if -%}
        {%- do check_settings() -%}
        {%- set folder = env_var('SEGMENTRY_RAW_DIR', 'seeds/demo_shop') -%}
        {%- do load_raw_folder(folder) -%}
        {%- do check_currencies(var('reporting_currency')) -%}
    {%- endif -%}
{% endmacro %}
