{#- The code of the project's macros that a node of the graph calls, its materialization included. -#}
{% macro called_macros(node) %}
    {%- set prefix = 'macro.' ~ project_name ~ '.' -%}
    {#- The list grows by what its macros call while it is gone through. -#}
    {%- set called = [prefix ~ 'materialization_' ~ node.config.materialized ~ '_default'] -%}
    {%- do called.extend(node.depends_on.macros) -%}
    {%- set codes = {} -%}
    {%- for unique_id in called if unique_id.startswith(prefix) and unique_id not in codes -%}
        {%- set name = unique_id | replace(prefix, '') -%}
        {%- if name in context[project_name] -%}
            {%- set macro = context[project_name][name].macro -%}
            {%- do codes.update({unique_id: macro.macro_sql}) -%}
            {%- do called.extend(macro.depends_on.macros) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(codes.values() | sort) }}
{% endmacro %}
