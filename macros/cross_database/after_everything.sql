{#- A timestamp later than any in the data. -#}
{% macro after_everything() -%}
    cast('9999-12-31 23:59:59' as timestamp)
{%- endmacro %}
