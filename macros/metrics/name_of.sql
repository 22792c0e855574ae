{#- The name of a number from 1 on, by a list of names. -#}
{% macro name_of(number, names) -%}
    case {{ number }}
        {%- for name in names %}
        when {{ loop.index }} then {{ sql_text(name) }}
        {%- endfor %}
    end
{%- endmacro %}
