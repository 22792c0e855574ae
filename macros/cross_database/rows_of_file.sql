{#- A select of the declared columns of a source out of a Parquet file; of nothing where there is none. -#}
{% macro rows_of_file(source, path) %}
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
