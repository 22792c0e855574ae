{#-
    The definition of every model and seed of the project, by unique id: `name`, `fingerprint` (a
    digest of its code, of the macros it calls and of the values of its vars), `lineage_fingerprint`
    (the same with everything above it) and `variables` (its vars and their values).

    The day that a build is for is data, not definition; comments and white space are neither.
-#}
{% macro model_fingerprints() %}
    {%- set definitions = {} -%}
    {%- for node in graph.nodes.values() if node.resource_type in ['model', 'seed'] -%}
        {%- if node.package_name == project_name -%}
            {%- do definitions.update({node.unique_id: definition_of(node)}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for unique_id, definition in definitions.items() -%}
        {%- do definition.update({
            'name': graph.nodes[unique_id].name,
            'lineage_fingerprint': lineage_fingerprint(unique_id, definitions),
        }) -%}
    {%- endfor -%}
    {{ return(definitions) }}
{% endmacro %}
