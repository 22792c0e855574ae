{#- One table of the raw contract, by name. -#}
{% macro raw_table(name) %}
    {{ return(raw_contract() | selectattr('name', 'equalto', name) | first) }}
{% endmacro %}
