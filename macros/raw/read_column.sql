{#- One column of a raw table as its type; null when it can't be read or an optional value is unknown. -#}
{% macro read_column(column) -%}
    {%- set name = 'source_rows.' ~ column.name -%}
    {%- if column.name == 'source_system' -%}
        coalesce({{ read_text(name) }}, '')
    {%- elif column.accepted_values and column.is_required -%}
        {{ comparable_text(read_text(name)) }}
    {%- elif column.accepted_values -%}
        case
            when {{ comparable_text(read_text(name)) }} in {{ sql_list(column.accepted_values) }}
                then {{ comparable_text(read_text(name)) }}
        end
    {%- elif column.is_currency -%}
        upper({{ trimmed(read_text(name)) }})
    {%- elif column.name == 'customer_id' -%}
        {{ read_account(name) }}
    {%- elif column.unreadable == 'no' -%}
        case when {{ read_text(name) }} is not null then coalesce({{ read_boolean(name) }}, false) end
    {%- else -%}
        {{ read_value(column, name) }}
    {%- endif -%}
{%- endmacro %}
