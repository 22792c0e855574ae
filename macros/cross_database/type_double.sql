{#- The type of a floating-point number of 64 bits; dbt's own `type_float` is one of 32 on DuckDB. -#}
{% macro type_double() -%}
    double
{%- endmacro %}
