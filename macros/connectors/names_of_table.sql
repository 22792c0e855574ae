{#- Of the names of tables in a schema, those that hold a table of a connector, as files are found. -#}
{% macro names_of_table(table, names) %}
    {%- set found = [] -%}
    {%- for name in names -%}
        {%- if (table.files and name.lower().startswith(table.files.rstrip('*')))
            or (table.any_prefix and name.lower().endswith(table.name))
            or name.lower() == table.name -%}
            {%- do found.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
