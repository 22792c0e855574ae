{#-
    By how much one arm of an experiment is above the other, of the list of sums of each: `plain`, or
    `adjusted` by what people did before. A struct of difference, low, high, p_value and
    variance_removed; null where an arm is.
-#}
{% macro estimate(kind, sent, held_out) -%}
    {{ return(adapter.dispatch('estimate', 'segmentry')(kind, sent, held_out)) }}
{%- endmacro %}

{% macro duckdb__estimate(kind, sent, held_out) -%}
    {{ kind }}_estimate({{ sent }}, {{ held_out }})
{%- endmacro %}
