{#- A raw column as a boolean, null when it is none of the accepted words. -#}
{% macro read_boolean(column) -%}
    {%- set word = comparable_text(read_text(column)) -%}
    case
        when {{ word }} in ('true', 't', 'yes', 'y', 'on', '1', '1.0') then true
        when {{ word }} in ('false', 'f', 'no', 'n', 'off', '0', '0.0') then false
    end
{%- endmacro %}
