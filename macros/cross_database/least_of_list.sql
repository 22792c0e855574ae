{#- The least element of a list column, or of one field of its elements; null where there is none. -#}
{% macro least_of_list(list, field=none) -%}
    {{ return(adapter.dispatch('least_of_list', 'segmentry')(list, field)) }}
{%- endmacro %}

{% macro duckdb__least_of_list(list, field) -%}
    list_min({{ 'list_transform(' ~ list ~ ', lambda e: e.' ~ field ~ ')' if field else list }})
{%- endmacro %}
