{#- A raw column as a date, null when it is not an ISO 8601 date or timestamp. -#}
{% macro read_date(column) -%}
    {{ return(adapter.dispatch('read_date', 'segmentry')(column)) }}
{%- endmacro %}

{% macro default__read_date(column) -%}
    case
        when typeof({{ column }}) <> 'VARCHAR' then try_cast({{ column }} as date)
        when regexp_full_match(cast({{ column }} as varchar), '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?')
            then try_cast(cast({{ column }} as varchar)[1:10] as date)
    end
{%- endmacro %}
