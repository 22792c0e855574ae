{#- A text up to its first white space or hyphen, what stands before it left out. -#}
{% macro first_word(text) -%}
    {{ return(adapter.dispatch('first_word', 'segmentry')(text)) }}
{%- endmacro %}

{% macro duckdb__first_word(text) -%}
    regexp_extract({{ text }}, '[^\s\p{Z}-]+')
{%- endmacro %}
