{#-
    A select of rows of a raw table, each with `raw_row`: its columns as they came, as text in one
    struct. It is put together for these rows alone.
-#}
{% macro with_raw_rows(table_name, rows) -%}
    select
        {{ rows }}.*,
        {{ raw_row(raw_table(table_name)) if execute else 'null' }} as raw_row
    from {{ rows }}
    inner join {{ landed_rows(table_name) }} as source_rows
        on {{ rows }}.file_path = source_rows.file_path
        and {{ rows }}.place_in_file = source_rows.place_in_file
{%- endmacro %}
