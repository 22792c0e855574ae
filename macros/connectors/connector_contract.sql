{#- The tables of a system that its connector reads, from the sources' YAML, as `raw_contract` has them. -#}
{% macro connector_contract(system) %}
    {%- set tables = [] -%}
    {%- for source in graph.sources.values() if source.source_name == system -%}
        {%- do tables.append(contract_of(source)) -%}
    {%- endfor -%}
    {{ return(tables) }}
{% endmacro %}
