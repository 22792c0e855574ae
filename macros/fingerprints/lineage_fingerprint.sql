{#- A digest of what a node of the graph computes and of all that it stands on. -#}
{% macro lineage_fingerprint(unique_id) %}
    {#- The list grows by the parents of what it holds while it is gone through. -#}
    {%- set lineage = [unique_id] -%}
    {%- set fingerprints = {} -%}
    {%- for ancestor in lineage if ancestor in graph.nodes and ancestor not in fingerprints -%}
        {%- set node = graph.nodes[ancestor] -%}
        {%- do fingerprints.update({ancestor: definition_of(node).fingerprint}) -%}
        {%- do lineage.extend(node.depends_on.nodes or []) -%}
    {%- endfor -%}
    {{ return(local_md5(tojson(fingerprints, sort_keys=true))) }}
{% endmacro %}
