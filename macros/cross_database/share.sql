{#- A part of a whole as a floating-point number, null when the whole is 0. -#}
{% macro share(part, whole) -%}
    cast({{ part }} as {{ type_double() }}) / nullif({{ whole }}, 0)
{%- endmacro %}
