{#- The month of a date as text: `2026-06`. -#}
{% macro month_of(date) -%}
    substring(cast({{ date }} as {{ dbt.type_string() }}), 1, 7)
{%- endmacro %}
