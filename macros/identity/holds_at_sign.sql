{#- Whether a text may hold an email address: it holds an `@`, be it in its full width. -#}
{% macro holds_at_sign(text) -%}
    ({{ text }} like '%@%' or {{ text }} like '%＠%')
{%- endmacro %}
