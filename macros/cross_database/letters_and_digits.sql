{#- The letters and digits of a text, in lower case and without accents; null when there are none. -#}
{% macro letters_and_digits(text) -%}
    {{ return(adapter.dispatch('letters_and_digits', 'segmentry')(text)) }}
{%- endmacro %}

{% macro duckdb__letters_and_digits(text) -%}
    nullif(regexp_replace(strip_accents(lower({{ text }})), '[^\p{L}\p{M}\p{N}]', '', 'g'), '')
{%- endmacro %}
