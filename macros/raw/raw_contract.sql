{#- The raw contract, read from the sources' YAML: a list of tables, each with its columns in order. -#}
{% macro raw_contract() %}
    {%- set tables = [] -%}
    {%- for source in graph.sources.values() if source.source_name == 'raw' -%}
        {%- do tables.append(contract_of(source)) -%}
    {%- endfor -%}
    {{ return(tables) }}
{% endmacro %}
