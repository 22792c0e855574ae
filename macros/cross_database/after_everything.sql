{#- A timestamp as late as any in the data can be. -#}
{% macro after_everything() -%}
    cast('9999-12-31 23:59:59.999999' as timestamp)
{%- endmacro %}
