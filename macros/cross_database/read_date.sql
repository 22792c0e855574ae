{#- A raw column as a date, null when it is not an ISO 8601 date or timestamp. -#}
{% macro read_date(column) -%}
    {{ return(adapter.dispatch('read_date', 'segmentry')(column)) }}
{%- endmacro %}

{% macro duckdb__read_date(column) -%}
    {%- set year = '([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)' -%}
    case
        when typeof({{ column }}) <> 'VARCHAR' then try_cast({{ column }} as date)
        when regexp_full_match(cast({{ column }} as varchar), '{{ year }}-[0-9]{2}-[0-9]{2}([T ].*)?')
            then try_cast(cast({{ column }} as varchar)[1:10] as date)
    end
{%- endmacro %}
