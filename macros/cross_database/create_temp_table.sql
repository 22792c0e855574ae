{#- A statement that creates a temporary table of the session anew from a select. -#}
{% macro create_temp_table(name, select) -%}
    {{ return(adapter.dispatch('create_temp_table', 'segmentry')(name, select)) }}
{%- endmacro %}

{% macro default__create_temp_table(name, select) -%}
    create or replace temporary table {{ name }} as {{ select }}
{%- endmacro %}
