{#-
    Runs after every build: notes in the table `build_log` how every model, seed and data test of the
    project ended and how many seconds it took, and says what tests found. What the build did not touch is there as `not run`.
-#}
{% macro record_build_log(results) %}
    {%- if is_recorded() -%}
        {%- set findings = findings_of_tests(results) -%}
        {%- set outcomes = {} -%}
        {%- for result in results -%}
            {%- do outcomes.update({result.node.unique_id: result}) -%}
            {%- set finding = findings.get(result.node.unique_id) -%}
            {%- set is_warning = result.status == 'warn' -%}
            {%- do log(
                ('Warning: ' if is_warning else 'Failed: ') ~ finding, info=true
            ) if finding -%}
        {%- endfor -%}
        {%- set started_at = run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') -%}
        {%- set rows = [] -%}
        {%- for node in graph.nodes.values() if node.resource_type in ['model', 'seed', 'test'] -%}
            {%- set outcome = outcomes.get(node.unique_id) -%}
            {%- do rows.append('(' ~ [
                sql_text(invocation_id),
                "cast('" ~ started_at ~ "' as timestamp)",
                sql_text(node.name),
                sql_text(node.resource_type),
                sql_text((node.config.severity or 'error') | lower),
                sql_text(outcome.status if outcome else 'not run'),
                (outcome.failures if outcome and outcome.failures else 0),
                sql_text((outcome.message if outcome else none) or ''),
                sql_text(findings.get(node.unique_id, '')),
                (outcome.execution_time | round(3) if outcome else 0),
            ] | join(', ') ~ ')') -%}
        {%- endfor -%}
        {%- set relation = record_relation('build_log') -%}
        {%- do run_query('insert into ' ~ relation ~ ' values ' ~ rows | join(', ')) -%}
    {%- endif -%}
{% endmacro %}
