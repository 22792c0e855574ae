{#- A select of what was replayed of a table; of nothing before the first replay, and in a replay. -#}
{% macro replayed_rows(source) %}
    {%- set path = '' if is_beside_last_build() else run_query(
        'select replayed_days(' ~ sql_text(source.name) ~ ', '
        ~ (invocation_args_dict.get('vars') | length > 0) ~ ')'
    ).rows[0][0] -%}
    {%- set values = [] -%}
    {%- for column in source.columns.values() -%}
        {%- do values.append(
            'cast(' ~ (column.name if path else 'null') ~ ' as ' ~ column.data_type ~ ') as '
            ~ column.name
        ) -%}
    {%- endfor -%}
    {{ return(
        'select ' ~ values | join(', ')
        ~ (' from read_parquet(' ~ as_path(path) ~ ')' if path else ' where false')
    ) }}
{% endmacro %}
