{#-
    Whether a build has made the consents of all addresses anew, and every data test of them and of all
    that they are made of has passed.
-#}
{% macro consents_passed(results) %}
    {%- set consents = 'model.' ~ project_name ~ '.email_consents' -%}
    {%- set made_of = [consents] -%}
    {%- for name in made_of if name in graph.nodes -%}
        {%- for parent in graph.nodes[name].depends_on.nodes if parent not in made_of -%}
            {%- do made_of.append(parent) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set statuses = {} -%}
    {%- for result in results -%}
        {%- do statuses.update({result.node.unique_id: result.status | string}) -%}
    {%- endfor -%}
    {%- set failed = [] -%}
    {%- for node in graph.nodes.values() -%}
        {%- set status = statuses.get(node.unique_id) -%}
        {%- if node.unique_id in made_of and node.resource_type in ['model', 'seed'] -%}
            {%- do failed.append(node.name) if status != 'success' -%}
        {%- elif node.resource_type == 'test' and node.config.enabled -%}
            {%- set tested = node.depends_on.nodes | reject('in', made_of) | list -%}
            {%- do failed.append(node.name) if not tested and status not in ['pass', 'warn'] -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(not failed) }}
{% endmacro %}
