{#- The manifest's nodes of all segment models; empty while the project is being parsed. -#}
{% macro segment_models() %}
    {%- set models = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
            {%- if node.package_name == 'segmentry' and node.fqn[1] == 'segments' -%}
                {%- do models.append(node) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(models | sort(attribute='name')) }}
{% endmacro %}
