{#- The condition that two rows of a raw table have the same key. -#}
{% macro same_key(table, left, right) -%}
    {%- for name in key_columns(table) -%}
        {{ is_same(left ~ '.' ~ name, right ~ '.' ~ name) }}
        {{- ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
