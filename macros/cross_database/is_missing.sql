{#- Whether a raw column holds nothing: null or, where it is text, empty. -#}
{% macro is_missing(column) -%}
    {{ return(adapter.dispatch('is_missing', 'segmentry')(column)) }}
{%- endmacro %}

{% macro default__is_missing(column) -%}
    {{ read_text(column) }} is null
{%- endmacro %}

{#- `typeof` is settled before a row is read, so that typed columns are not turned into text. -#}
{% macro duckdb__is_missing(column) -%}
    case
        when typeof({{ column }}) = 'VARCHAR' then {{ read_text(column) }} is null
        else {{ column }} is null
    end
{%- endmacro %}
