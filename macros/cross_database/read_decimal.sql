{#- A raw column as a decimal of the given type, rounded half away from zero; null when it is none. -#}
{% macro read_decimal(column, type) -%}
    {{ return(adapter.dispatch('read_decimal', 'segmentry')(column, type)) }}
{%- endmacro %}

{#- A floating-point number is what its text says: 0.145 is not a hair below. -#}
{% macro duckdb__read_decimal(column, type) -%}
    case
        when typeof({{ column }}) not in ('VARCHAR', 'FLOAT', 'DOUBLE')
            then try_cast({{ column }} as {{ type }})
        when typeof({{ column }}) <> 'VARCHAR'
            or regexp_full_match(cast({{ column }} as varchar), '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)')
            then try_cast(cast({{ column }} as varchar) as {{ type }})
    end
{%- endmacro %}
