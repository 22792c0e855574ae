{#-
    A column as a struct or list of the given type: by the names of its fields, from JSON where it is text.
    A field that is missing, or can't be read as its type, is null.
-#}
{% macro read_nested(column, type) -%}
    {{ return(adapter.dispatch('read_nested', 'segmentry')(column, type)) }}
{%- endmacro %}

{% macro duckdb__read_nested(column, type) -%}
    case
        when typeof({{ column }}) in ('VARCHAR', 'JSON')
            then try_cast(try_cast(cast({{ column }} as varchar) as json) as {{ type }})
        else try_cast({{ column }} as {{ type }})
    end
{%- endmacro %}
