{#- Several values as one text, another one for other values; a null is none of them. -#}
{% macro text_of_key(values) -%}
    {{ return(adapter.dispatch('text_of_key', 'segmentry')(values)) }}
{%- endmacro %}

{% macro duckdb__text_of_key(values) -%}
    concat(
        {%- for value in values %}
        coalesce(cast({{ value }} as varchar), chr(29)), chr(28)
        {{- ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
