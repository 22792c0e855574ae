{#- One column of a raw table as its type; null when it can't be read or an optional value is unknown. -#}
{% macro read_column(column) -%}
    {%- set name = 'source_rows.' ~ column.name -%}
    {%- if column.name == 'source_system' -%}
        coalesce({{ read_text(name) }}, '')
    {%- elif column.accepted_values and not column.is_required -%}
        case when {{ name }} in {{ sql_list(column.accepted_values) }} then {{ read_text(name) }} end
    {%- elif column.type == 'timestamp' -%}
        {{ read_timestamp(name) }}
    {%- elif column.type == 'date' -%}
        {{ read_date(name) }}
    {%- elif column.type == 'boolean' -%}
        {{ read_boolean(name) }}
    {%- elif column.type == 'integer' -%}
        {{ read_integer(name) }}
    {%- elif column.type.startswith('decimal') -%}
        {{ read_decimal(name, column.type) }}
    {%- else -%}
        {{ read_text(name) }}
    {%- endif -%}
{%- endmacro %}
