{#- A raw column as one of a few words, in any case of letters and with blanks around. -#}
{% macro read_word(column) -%}
    {{ trimmed('lower(' ~ read_text(column) ~ ')') }}
{%- endmacro %}
