{#- Text columns of the raw contract that a system says nothing of, as nulls of a select list. -#}
{% macro nothing_for(columns) -%}
    {%- for column in columns -%}
        cast(null as {{ dbt.type_string() }}) as {{ column }}
        {{- ',\n    ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
