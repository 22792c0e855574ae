{#-
    A select over a raw table that reads every column as the contract's type and gives, as
    `contract_reason`, the first reason of the contract why the row can't be used, null when there is
    none. `raw_row` holds the row as it came, as text; `file_path` and `place_in_file` say where it
    stood, and `unreadable_columns` which optional values can't be read.
-#}
{% macro read_contract_rows(table_name, source_relation) %}
    {%- if not execute -%}
        select * from {{ source_relation }}
    {%- else -%}
        {%- set table = raw_table(table_name) -%}
        select
            read_rows.*,
            {{ contract_reason(table) }} as contract_reason
        from (
            select
                {%- for column in table.columns %}
                {{ read_column(column) }} as {{ column.name }},
                {%- endfor %}
                {{ raw_row(table) }} as raw_row,
                {{ unreadable_columns(table) }} as unreadable_columns,
                {{ place_in_files('source_rows') }}
            from {{ source_relation }} as source_rows
        ) as read_rows
    {%- endif -%}
{% endmacro %}
