{#-
    A select of the contract's columns from the Parquet files of a raw table. A type that the contract
    can take as it is stays, unless the table has CSV files as well; any other becomes text.
-#}
{% macro parquet_rows(table, files, is_mixed) %}
    {%- set integers = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'] -%}
    {%- set native_types = {
        'timestamp': ['TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'DATE'],
        'date': ['DATE', 'TIMESTAMP'],
        'boolean': ['BOOLEAN'],
        'integer': integers,
        'decimal': integers + ['DECIMAL', 'DOUBLE', 'FLOAT'],
    } -%}
    {%- set paths = [] -%}
    {%- for file in files -%}
        {%- do paths.append(sql_text(file.path)) -%}
    {%- endfor -%}
    {%- set rows = 'read_parquet([' ~ paths | join(', ') ~ '], union_by_name = true)' -%}
    {%- set types = {} -%}
    {%- for row in run_query('describe select * from ' ~ rows).rows -%}
        {%- do types.update({row['column_name'] | lower: row['column_type']}) -%}
    {%- endfor -%}
    select
    {%- for column in table.columns %}
        {%- set native = native_types.get(column.type.split('(')[0], ['VARCHAR']) %}
        {% if column.name not in types -%}
            cast(null as varchar)
        {%- elif not is_mixed and types[column.name].split('(')[0] in native -%}
            "{{ column.name }}"
        {%- else -%}
            cast("{{ column.name }}" as varchar)
        {%- endif %} as {{ column.name }}
        {{- ',' if not loop.last }}
    {%- endfor %}
    from {{ rows }}
{% endmacro %}
