{#-
    The connectors that are on, as the var `connectors` names them: a list, or names with commas between
    them. One is a system, or a system and which of several shops: `shopify`, `shopify:eu`.
-#}
{% macro connectors() %}
    {%- set named = var('connectors') -%}
    {%- set names = [] -%}
    {%- for name in (named.split(',') if named is string else named) if name | trim -%}
        {%- set name = name | trim | lower -%}
        {%- if system_of(name) not in connector_tables() -%}
            {%- do exceptions.raise_compiler_error(
                'The var connectors names `' ~ name ~ '`, which no connector is called: there are '
                ~ connector_tables().keys() | join(', ') ~ '.'
            ) -%}
        {%- endif -%}
        {%- if name not in names -%}
            {%- do names.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}
