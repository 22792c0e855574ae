{#-
    A select over a raw table that reads every column as the contract's type and gives, as
    `contract_reason`, the first reason of the contract why the row can't be used, null when there is
    none. `key_hash` is the hash of its key, `file_path` and `place_in_file` say where it stood, and
    `unreadable_columns` which optional values can't be read.
-#}
{% macro read_contract_rows(table_name, source_relation) %}
    {%- if not execute -%}
        select * from {{ source_relation }}
    {%- else -%}
        {%- set table = raw_table(table_name) -%}
        select
            {{ contract_columns(table_name, 'read_rows') }},
            {{ key_hash(key_columns(table)) }} as key_hash,
            read_rows.unreadable_columns,
            {{ contract_reason(table) }} as contract_reason,
            read_rows.file_path,
            read_rows.place_in_file
        from (
            select
                {%- for column in table.columns %}
                {{ read_column(column) }} as {{ column.name }},
                {%- endfor %}
                {%- for column in table.columns if is_doubtful(column) %}
                {{ is_missing('source_rows.' ~ column.name) }} as {{ column.name }}_is_missing,
                {%- endfor %}
                {{ unreadable_columns(table) }} as unreadable_columns,
                {{ place_in_files('source_rows') }}
            from {{ source_relation }} as source_rows
        ) as read_rows
    {%- endif -%}
{% endmacro %}
