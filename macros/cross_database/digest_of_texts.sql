{#- A digest of several values as text, the same on every day: 32 hex digits. A null is a text of its own. -#}
{% macro digest_of_texts(values) -%}
    {{ return(adapter.dispatch('digest_of_texts', 'segmentry')(values)) }}
{%- endmacro %}

{% macro duckdb__digest_of_texts(values) -%}
    md5(concat(
        {%- for value in values %}
        case when {{ value }} is null then chr(29) end, {{ value }}, chr(28)
        {{- ',' if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}
