{#-
    The columns of a connector's table as the types that the sources' YAML gives them, by the rules of the
    raw contract; null where a value can't be read. A column that is not in `present` is null. Blanks in
    names, as CSV files have them, are underscores, so that models read without quotes.
-#}
{% macro typed_columns(table, rows, present) -%}
    {%- for column in table.columns -%}
        {%- set name = rows ~ '.' ~ adapter.quote(column.name) -%}
        {%- if column.name not in present -%}
            cast(null as {{ api.Column.translate_type('string') if column.type == 'text' else column.type }})
        {%- elif column.type.endswith(']') or column.type.startswith('struct') -%}
            {{ read_nested(name, column.type) }}
        {%- else -%}
            {{ read_value(column, name) }}
        {%- endif %} as {{ adapter.quote(column.name | replace(' ', '_')) }}
        {{- ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
