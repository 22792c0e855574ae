{#- A raw column as a date, null when it is not an ISO 8601 date or timestamp: its day as written. -#}
{% macro read_date(column) -%}
    {{ return(adapter.dispatch('read_date', 'segmentry')(column)) }}
{%- endmacro %}

{% macro duckdb__read_date(column) -%}
    {%- set text = 'cast(' ~ column ~ ' as varchar)' -%}
    case
        when typeof({{ column }}) <> 'VARCHAR' then try_cast({{ column }} as date)
        when regexp_full_match({{ text }}, '{{ timestamp_pattern() }}{{ offset_pattern() }}?')
            then try_cast({{ text }}[1:10] as date)
    end
{%- endmacro %}
