{#- A select of what was replayed of a table; of nothing before the first replay, and in a replay. -#}
{% macro replayed_rows(source) %}
    {%- set path = '' if is_beside_last_build() else run_query(
        'select replayed_days(' ~ sql_text(source.name) ~ ', '
        ~ (invocation_args_dict.get('vars') | length > 0) ~ ')'
    ).rows[0][0] -%}
    {{ return(rows_of_file(source, path)) }}
{% endmacro %}
