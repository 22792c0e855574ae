{#- A list, or a list of one null where it is empty or null, so that `each_of` keeps its row. -#}
{% macro or_one_null(list) -%}
    {{ return(adapter.dispatch('or_one_null', 'segmentry')(list)) }}
{%- endmacro %}

{% macro duckdb__or_one_null(list) -%}
    case when len({{ list }}) > 0 then {{ list }} else [null] end
{%- endmacro %}
