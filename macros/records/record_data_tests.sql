{#-
    Runs after every build: notes in the table `data_tests` what every data test of the run asks, so that
    publishing can ask the same of the files that it wrote. One row per test: `node`, what the manifest
    says of it, as JSON; `expectation`, what holds, in words; `shown_columns`, whose values may be told;
    and `query`, the SQL that selects what breaks it.
-#}
{% macro record_data_tests(results) %}
    {%- if is_recorded() -%}
        {%- set rows = [] -%}
        {%- for result in results if result.node.resource_type == 'test' -%}
            {%- set node = result.node -%}
            {%- set metadata = node.test_metadata -%}
            {%- do rows.append('(' ~ [
                sql_text(tojson({
                    'name': node.name,
                    'attached_node': node.attached_node or none,
                    'depends_on': {'nodes': node.depends_on.nodes},
                    'test_metadata': {'name': metadata.name, 'kwargs': metadata.kwargs}
                        if metadata else none,
                    'config': {'severity': node.config.severity, 'meta': node.config.meta},
                })),
                sql_text(what_is_expected(node)),
                sql_text(tojson(shown_columns())),
                sql_text(node.compiled_code or ''),
            ] | join(', ') ~ ')') -%}
        {%- endfor -%}
        {%- set relation = record_relation('data_tests') -%}
        {%- do run_query(
            'create or replace table ' ~ relation ~ ' (node varchar, expectation varchar, '
            ~ 'shown_columns varchar, query varchar)'
        ) -%}
        {%- if rows -%}
            {%- do run_query('insert into ' ~ relation ~ ' values ' ~ rows | join(', ')) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
