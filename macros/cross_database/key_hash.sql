{#-
    A 64-bit hash of several columns, nulls included. Rows that differ in it differ in the columns; rows
    that share it are compared by the columns themselves.
-#}
{% macro key_hash(columns) -%}
    {{ return(adapter.dispatch('key_hash', 'segmentry')(columns)) }}
{%- endmacro %}

{% macro duckdb__key_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}
