{#- A share as whole percent, for a reason: `60 %`. -#}
{% macro percentage(share) -%}
    cast(round(100 * {{ share }}) as integer) || ' %'
{%- endmacro %}
