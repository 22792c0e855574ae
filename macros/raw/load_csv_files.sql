{#-
    Loads the CSV files of a raw table as text. A file in which every line is a whole record by itself
    is split in SQL; in any other, records are found by the strict reader of the plugin `csv_reader`,
    and the lines that it can't split go to `malformed_lines`.
-#}
{% macro load_csv_files(table, files, target_relation, malformed_lines) %}
    {%- set names = table.columns | map(attribute='name') | list -%}
    {%- do run_query(
        'create or replace table ' ~ target_relation ~ ' (' ~ names | join(' varchar, ') ~ ' varchar)'
    ) -%}
    {%- for file in files -%}
        {%- set field_count = file.columns | length -%}
        {%- do run_query(
            'create or replace temp table csv_lines as ' ~ csv_lines(file.path, field_count)
        ) -%}
        {%- set line_counts = run_query(
            'select count(*) filter (not is_record), '
            ~ '(select count(*) from csv_line_errors) from csv_lines'
        ).rows[0] -%}
        {%- if line_counts[0] + line_counts[1] > 0 -%}
            {%- set split_file = run_query(
                'select split_csv(' ~ sql_text(file.path) ~ ', ' ~ field_count ~ ')'
            ).columns[0].values()[0] -%}
            {%- set records -%}
                select fields, text from read_parquet({{ sql_text(split_file) }})
            {%- endset -%}
        {%- else -%}
            {%- set records -%}
                select {{ csv_fields('line') }} as fields, cast(null as varchar) as text from csv_lines
            {%- endset -%}
        {%- endif -%}
        {%- set selected = [] -%}
        {%- for name in names -%}
            {%- do selected.append(
                'fields[' ~ (file.columns.index(name) + 1) ~ ']' if name in file.columns else 'null'
            ) -%}
        {%- endfor -%}
        {%- do run_query(
            'insert into ' ~ target_relation ~ ' select ' ~ selected | join(', ')
            ~ ' from (' ~ records ~ ') where fields is not null'
        ) -%}
        {%- do run_query(
            'insert into ' ~ malformed_lines ~ ' select ' ~ sql_text(table.name) ~ ', text'
            ~ ' from (' ~ records ~ ') where fields is null'
        ) -%}
        {%- do run_query('drop table csv_lines; drop table csv_line_errors; drop table csv_scans') -%}
    {%- endfor -%}
{% endmacro %}
