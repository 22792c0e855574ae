{#- A score brought to another scale; one division of whole numbers, so that 9 of 10 stays exactly 9. -#}
{% macro scaled_score(score, score_max, scale) -%}
    cast({{ score }} * 10000 * {{ scale }} as {{ type_double() }})
    / cast({{ score_max }} * 10000 as {{ type_double() }})
{%- endmacro %}
