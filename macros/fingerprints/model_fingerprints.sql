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
        {#- The list grows by the parents of what it holds while it is gone through. -#}
        {%- set lineage = [unique_id] -%}
        {%- set fingerprints = {} -%}
        {%- for ancestor in lineage if ancestor in definitions and ancestor not in fingerprints -%}
            {%- do fingerprints.update({ancestor: definitions[ancestor].fingerprint}) -%}
            {%- do lineage.extend(graph.nodes[ancestor].depends_on.nodes or []) -%}
        {%- endfor -%}
        {%- do definition.update({
            'name': graph.nodes[unique_id].name,
            'lineage_fingerprint': local_md5(tojson(fingerprints, sort_keys=true)),
        }) -%}
    {%- endfor -%}
    {{ return(definitions) }}
{% endmacro %}
