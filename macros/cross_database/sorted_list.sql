{#- The values of a group as a list in ascending order, nulls left out; null without any. -#}
{% macro sorted_list(value) -%}
    {{ return(adapter.dispatch('sorted_list', 'segmentry')(value)) }}
{%- endmacro %}

{% macro duckdb__sorted_list(value) -%}
    list({{ value }} order by {{ value }}) filter (where {{ value }} is not null)
{%- endmacro %}
