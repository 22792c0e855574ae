{#- The regular expression of a word, between white space, that holds what looks like an email address. -#}
{% macro address_pattern() -%}
    \S*[^\s@＠][@＠]([^\s@＠]+[.．。][^\s@＠]|(?i:localhost))\S*
{%- endmacro %}
