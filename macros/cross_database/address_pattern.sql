{#- The regular expression of what looks like an email address within a text. -#}
{% macro address_pattern() -%}
    [^\s@＠]+[@＠]([^\s@＠]+[.．。][^\s@＠]+|(?i:localhost))
{%- endmacro %}
