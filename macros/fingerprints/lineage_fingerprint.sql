{#-
    A digest of what a node of the graph computes and of all that it stands on. `definitions` are those that
    are known already, by unique id; what is missing is added.
-#}
{% macro lineage_fingerprint(unique_id, definitions) %}
    {#- The list grows by the parents of what it holds while it is gone through. -#}
    {%- set lineage = [unique_id] -%}
    {%- set fingerprints = {} -%}
    {%- for ancestor in lineage if ancestor in graph.nodes and ancestor not in fingerprints -%}
        {%- set node = graph.nodes[ancestor] -%}
        {%- if ancestor not in definitions -%}
            {%- do definitions.update({ancestor: definition_of(node)}) -%}
        {%- endif -%}
        {%- do fingerprints.update({ancestor: definitions[ancestor].fingerprint}) -%}
        {%- do lineage.extend(node.depends_on.nodes or []) -%}
    {%- endfor -%}
    {{ return(local_md5(tojson(fingerprints, sort_keys=true))) }}
{% endmacro %}
