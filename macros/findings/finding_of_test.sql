{#-
    What a data test found, in one line: the column `finding` of its rows, when it has one; else what
    was expected, the ids of some rows that break it, and the query that selects all.
-#}
{% macro finding_of_test(result) %}
    {%- set rows = run_query(
        'select * from (' ~ result.node.compiled_code ~ ') as failing limit 5'
    ) -%}
    {%- if 'finding' in rows.column_names -%}
        {%- set more = result.failures - rows.rows | length -%}
        {{ return(
            result.node.name ~ ': ' ~ rows.columns['finding'].values() | join(' ')
            ~ (' And ' ~ more ~ ' more.' if more > 0 else '')
        ) }}
    {%- endif -%}
    {%- set ids = [] -%}
    {%- for row in rows.rows -%}
        {%- set parts = [] -%}
        {%- for name in rows.column_names if is_shown_in_findings(name) -%}
            {%- set value = row[name] | string -%}
            {%- do parts.append(name ~ ' ' ~ ('(hidden)' if '@' in value else value)) -%}
        {%- endfor -%}
        {%- do ids.append(parts | join(', ')) if parts -%}
    {%- endfor -%}
    {{ return(
        result.node.name ~ ': expected ' ~ what_is_expected(result.node) ~ '; '
        ~ '{:,}'.format(result.failures) ~ (' row breaks' if result.failures == 1 else ' rows break')
        ~ ' it' ~ (', for instance ' ~ ids | unique | join('; ') if ids) ~ '. All of them: '
        ~ result.node.compiled_path
    ) }}
{% endmacro %}
