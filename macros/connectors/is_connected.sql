{#- Whether a connector of a system is on; of any, when none is named. -#}
{% macro is_connected(system=none) %}
    {%- for connector in connectors() if system is none or system_of(connector) == system -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{% endmacro %}
