{#-
    A select that leaves each distinct row once (`copies` says how often it stood there) and rejects all
    but the best of the rows that share a key: `reject_reason` is their reason, else `duplicate key`.
    The best has the greatest updated_at, then own timestamp, then stands last in the files, then has
    the greatest md5 of its columns as text.
    `rows` must hold every row of one raw table that shares a key with one of them.
-#}
{% macro rank_versions(table_name, rows, reason='contract_reason') %}
    {%- if not execute -%}
        select * from {{ rows }}
    {%- else -%}
        {%- set table = raw_table(table_name) -%}
        {%- set names = table.columns | map(attribute='name') | list -%}
        {%- set texts = [] -%}
        {%- for name in names -%}
            {%- do texts.append("coalesce(distinct_rows.raw_row." ~ name ~ ", '')") -%}
        {%- endfor -%}
        select
            {{ contract_columns(table_name, 'distinct_rows') }},
            distinct_rows.unreadable_columns,
            distinct_rows.file_path,
            distinct_rows.place_in_file,
            distinct_rows.copies,
            coalesce(
                distinct_rows.{{ reason }},
                case
                    when row_number() over (
                        partition by
                            {{ key_columns(table) | join(', ') }},
                            distinct_rows.{{ reason }} is null
                        order by
                            {%- if 'updated_at' in names %}
                            updated_at desc nulls last,
                            {%- endif %}
                            {%- if table.own_timestamp %}
                            {{ table.own_timestamp }} desc nulls last,
                            {%- endif %}
                            file_path desc,
                            place_in_file desc,
                            md5({{ texts | join(" || '|' || ") }}) desc
                    ) > 1 then 'duplicate key'
                end
            ) as reject_reason
        from (
            select
                rows_as_text.*,
                count(*) over (partition by rows_as_text.raw_row) as copies,
                row_number() over (
                    partition by rows_as_text.raw_row order by file_path desc, place_in_file desc
                ) as copy_number
            from (
                {{ with_raw_rows(table_name, rows) }}
            ) as rows_as_text
        ) as distinct_rows
        where distinct_rows.copy_number = 1
    {%- endif -%}
{% endmacro %}
