{#-
    An amount times a rate, rounded to 2 places half away from zero. The wide type keeps the product of
    two decimals from overflowing.
-#}
{% macro to_reporting_currency(amount, rate) -%}
    cast(round(cast({{ amount }} as decimal(28, 2)) * {{ rate }}, 2) as decimal(38, 2))
{%- endmacro %}
