{#- How many letters are put in, left out, exchanged or swapped with their neighbour between two texts. -#}
{% macro edit_distance(left, right) -%}
    {{ return(adapter.dispatch('edit_distance', 'segmentry')(left, right)) }}
{%- endmacro %}

{% macro duckdb__edit_distance(left, right) -%}
    damerau_levenshtein({{ left }}, {{ right }})
{%- endmacro %}
