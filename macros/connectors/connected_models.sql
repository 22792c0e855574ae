{#- The models of connectors that are on which fill a table of the raw contract, by name. -#}
{% macro connected_models(table_name) %}
    {%- set models = [] -%}
    {%- for system, tables in connector_tables().items() -%}
        {%- if table_name in tables and is_connected(system) -%}
            {%- do models.append(system ~ '__' ~ table_name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(models) }}
{% endmacro %}
