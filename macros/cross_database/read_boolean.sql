{#- A raw column as a boolean, null when it is none of the accepted words. -#}
{% macro read_boolean(column) -%}
    {{ return(adapter.dispatch('read_boolean', 'segmentry')(column)) }}
{%- endmacro %}

{% macro default__read_boolean(column) -%}
    {%- set word = comparable_text(read_text(column)) -%}
    case
        when {{ word }} in ('true', 't', 'yes', 'y', 'on', '1', '1.0') then true
        when {{ word }} in ('false', 'f', 'no', 'n', 'off', '0', '0.0') then false
    end
{%- endmacro %}

{% macro duckdb__read_boolean(column) -%}
    case
        when typeof({{ column }}) = 'BOOLEAN' then try_cast({{ column }} as boolean)
        else {{ default__read_boolean(column) }}
    end
{%- endmacro %}
