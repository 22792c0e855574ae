{#- The sum of one field of a list column's elements; null where there is none. -#}
{% macro sum_of_list(list, field) -%}
    {{ return(adapter.dispatch('sum_of_list', 'segmentry')(list, field)) }}
{%- endmacro %}

{% macro duckdb__sum_of_list(list, field) -%}
    list_sum(list_transform({{ list }}, lambda e: e.{{ field }}))
{%- endmacro %}
