{#- A timestamp earlier than any in the data. -#}
{% macro before_everything() -%}
    cast('0001-01-01 00:00:00' as timestamp)
{%- endmacro %}
