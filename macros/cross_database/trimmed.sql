{#- Text without the ASCII white space around it. -#}
{% macro trimmed(text) -%}
    trim({{ text }}, chr(32) || chr(9) || chr(10) || chr(11) || chr(12) || chr(13))
{%- endmacro %}
