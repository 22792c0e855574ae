{#-
    Runs before every build: empties the table `build_log`, so that a build that is killed half-way
    leaves none, and what it left behind is never taken for a whole build.
-#}
{% macro start_build_log() %}
    {%- if execute and flags.WHICH in ['build', 'run', 'seed'] and target.name != 'what_if' -%}
        {%- do run_query(
            'create or replace table ' ~ build_log_relation() ~ ' (invocation_id varchar, '
            ~ 'started_at timestamp, node_name varchar, resource_type varchar, severity varchar, '
            ~ 'status varchar, failures bigint, message varchar)'
        ) -%}
    {%- endif -%}
{% endmacro %}
