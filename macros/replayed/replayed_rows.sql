{#- A select of what was replayed of a table; of nothing before the first replay. -#}
{% macro replayed_rows(source) %}
    {%- set is_demo = not env_var('SEGMENTRY_RAW_DIR', '') and not is_connected() and not var('as_of', none) -%}
    {%- set path = run_query(
        'select replayed_days(' ~ sql_text(source.name) ~ ', ' ~ is_demo ~ ')'
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
