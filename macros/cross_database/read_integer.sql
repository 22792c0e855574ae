{#- A raw column as an integer: digits only, null when it is anything else. -#}
{% macro read_integer(column) -%}
    {{ return(adapter.dispatch('read_integer', 'segmentry')(column)) }}
{%- endmacro %}

{% macro duckdb__read_integer(column) -%}
    case
        when regexp_full_match(cast({{ column }} as varchar), '[+-]?[0-9]+')
            then try_cast(cast({{ column }} as varchar) as integer)
    end
{%- endmacro %}
