{#- A raw column as text; the empty text is null. -#}
{% macro read_text(column) -%}
    nullif(cast({{ column }} as {{ api.Column.translate_type('string') }}), '')
{%- endmacro %}
