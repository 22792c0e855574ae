{#- An amount with the reporting currency, for a reason: `1234.50 USD`. -#}
{% macro amount(value, currency) -%}
    cast(round({{ value }}, 2) as decimal(38, 2)) || ' {{ currency }}'
{%- endmacro %}
