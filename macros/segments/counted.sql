{#- A number with its noun, for a reason: `1 order`, `2 orders`. -#}
{% macro counted(number, noun) -%}
    {{ number }} || case when {{ number }} = 1 then ' {{ noun }}' else ' {{ noun }}s' end
{%- endmacro %}
