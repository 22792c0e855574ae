{#-
    A phone number in E.164, read as in a country when it names none itself; null when it can be nobody's.
-#}
{% macro phone_number(text, country_code) -%}
    {{ return(adapter.dispatch('phone_number', 'segmentry')(text, country_code)) }}
{%- endmacro %}

{% macro duckdb__phone_number(text, country_code) -%}
    phone_number({{ text }}, {{ country_code }})
{%- endmacro %}
