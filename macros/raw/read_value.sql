{#- A raw column as the contract's type for it, null when it can't be read so. -#}
{% macro read_value(column, name) -%}
    {%- if column.type == 'timestamp' -%}
        {{ read_timestamp(name) }}
    {%- elif column.type == 'date' -%}
        {{ read_date(name) }}
    {%- elif column.type == 'boolean' -%}
        {{ read_boolean(name) }}
    {%- elif column.type == 'integer' -%}
        {{ read_integer(name) }}
    {%- elif column.type.startswith('decimal') -%}
        {{ read_decimal(name, column.type) }}
    {%- elif column.is_shown -%}
        {{ without_addresses(read_text(name)) }}
    {%- else -%}
        {{ read_text(name) }}
    {%- endif -%}
{%- endmacro %}
