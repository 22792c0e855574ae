{#- A raw column as an integer: digits, `2.0` being 2; null when it is anything else. -#}
{% macro read_integer(column) -%}
    {{ return(adapter.dispatch('read_integer', 'segmentry')(column)) }}
{%- endmacro %}

{% macro duckdb__read_integer(column) -%}
    case
        when typeof({{ column }}) <> 'VARCHAR' then try_cast({{ column }} as bigint)
        when regexp_full_match(cast({{ column }} as varchar), '[+-]?[0-9]+([.]0+)?')
            then try_cast(split_part(cast({{ column }} as varchar), '.', 1) as bigint)
    end
{%- endmacro %}
