{#-
    Runs before every build: empties the table `build_log`, so that a build that is killed half-way
    leaves none, and what it left behind is never taken for a whole build.
-#}
{% macro start_build_log() %}
    {%- if is_recorded() -%}
        {%- do run_query(
            'create or replace table ' ~ record_relation('build_log') ~ ' (invocation_id varchar, '
            ~ 'started_at timestamp, node_name varchar, resource_type varchar, severity varchar, '
            ~ 'status varchar, failures bigint, message varchar, finding varchar, '
            ~ 'seconds double)'
        ) -%}
    {%- endif -%}
{% endmacro %}
