{#- The fields of a line that is a whole CSV record, as a list of text with the quotes taken off. -#}
{% macro csv_fields(line) -%}
    case
        when contains({{ line }}, '"')
            then list_transform(
                regexp_extract_all(',' || {{ line }}, ',("(?:[^"]|"")*"|[^",]*)', 1),
                lambda field: case
                    when starts_with(field, '"') then replace(field[2:-2], '""', '"')
                    else field
                end
            )
        else string_split({{ line }}, ',')
    end
{%- endmacro %}
