{#- The type of an exchange rate. -#}
{% macro rate_type() -%}
    decimal(18, 8)
{%- endmacro %}
