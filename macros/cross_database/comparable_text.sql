{#- A text as identifiers are compared: trimmed of ASCII white space and in lower case. -#}
{% macro comparable_text(column) -%}
    {{ return(adapter.dispatch('comparable_text', 'segmentry')(column)) }}
{%- endmacro %}

{% macro duckdb__comparable_text(column) -%}
    lower(trim({{ column }}, chr(32) || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)))
{%- endmacro %}
