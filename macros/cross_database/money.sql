{#- An amount of money as it is published: `decimal(18, 2)`, null when it is larger than that holds. -#}
{% macro money(amount) -%}
    {{ dbt.safe_cast(amount, 'decimal(18, 2)') }}
{%- endmacro %}
