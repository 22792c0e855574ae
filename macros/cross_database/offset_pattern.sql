{#- The regular expression of an offset from UTC as it follows a time, with or without a blank. -#}
{% macro offset_pattern() -%}
    ( ?(Z|UTC|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?))
{%- endmacro %}
