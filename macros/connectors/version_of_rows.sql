{#-
    An aggregate that tells the rows of a file of a raw table from others, where what is computed of the file
    is kept: of events. Of other tables nothing is.
-#}
{% macro version_of_rows(table_name) -%}
    {%- if table_name == 'events' and execute -%}
        {{ digest_of_rows(raw_table(table_name).columns | map(attribute='name') | list + ['left_out']) }}
    {%- else -%}
        cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}
