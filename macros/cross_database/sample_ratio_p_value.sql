{#- How likely arms of these sizes are, when so many were expected to be held out. -#}
{% macro sample_ratio_p_value(sent, held_out, expected) -%}
    {{ return(adapter.dispatch('sample_ratio_p_value', 'segmentry')(sent, held_out, expected)) }}
{%- endmacro %}

{% macro duckdb__sample_ratio_p_value(sent, held_out, expected) -%}
    sample_ratio_p_value({{ sent }}, {{ held_out }}, {{ expected }})
{%- endmacro %}
