{#-
    The rows of a table of the raw contract, from the shop's own files and from every connector that is on:
    a relation, or a select in brackets. Rows that a connector leaves out are not among them.
-#}
{% macro landed_rows(table_name) -%}
    {%- set models = connected_models(table_name) -%}
    {%- if not models -%}
        {{ source('raw', table_name) }}
    {%- else -%}
    (
        select
            {{ contract_columns(table_name, 'own_files') }},
            own_files.file_path,
            own_files.place_in_file
        from {{ source('raw', table_name) }} as own_files
        {%- for model in models %}
        union all
        select
            {{ contract_columns(table_name, 'connected') }},
            connected.file_path,
            connected.place_in_file
        from {{ ref(model) }} as connected
        where connected.left_out is null
        {%- endfor %}
    )
    {%- endif -%}
{%- endmacro %}
