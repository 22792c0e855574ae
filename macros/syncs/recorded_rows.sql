{#- A select of what runs of syncs left of a table; of nothing before the first run. -#}
{% macro recorded_rows(source) %}
    {%- set path = run_query('select sync_records(' ~ sql_text(source.name) ~ ')').rows[0][0] -%}
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
