{#-
    The physical lines of a CSV file after its header, blank ones left out, and whether each is a
    whole record of `field_count` fields. The separator is one that no text holds.
-#}
{% macro csv_lines(path, field_count) %}
    {%- set field = '([^",]*|"([^"]|"")*")' -%}
    select
        line,
        case
            when contains(line, '"')
                then regexp_full_match(line, '{{ field }}(,{{ field }})*')
                    and len({{ csv_fields('line') }}) = {{ field_count }}
            else len(line) - len(replace(line, ',', '')) = {{ field_count - 1 }}
        end as is_record
    from read_csv(
        {{ sql_text(path) }},
        auto_detect = false, header = false, skip = 1, strict_mode = false,
        columns = {'line': 'varchar'}, delim = '{{ '\x1f\x1e\x1d\x1c' }}', quote = '', escape = '',
        new_line = '\n', store_rejects = true, rejects_table = 'csv_line_errors',
        rejects_scan = 'csv_scans', rejects_limit = 0
    )
    where line is not null
{% endmacro %}
