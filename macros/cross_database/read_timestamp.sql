{#-
    A raw column as a UTC timestamp, null when it is not ISO 8601. Text with an offset is converted; a
    column that is a timestamp already is taken as it is (`typeof` is settled before a row is read).
-#}
{% macro read_timestamp(column) -%}
    {{ return(adapter.dispatch('read_timestamp', 'segmentry')(column)) }}
{%- endmacro %}

{% macro duckdb__read_timestamp(column) -%}
    {%- set year = '([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)' -%}
    case
        when typeof({{ column }}) <> 'VARCHAR' then try_cast({{ column }} as timestamp)
        when regexp_full_match(
            cast({{ column }} as varchar),
            '{{ year }}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?)?'
        )
            then try_cast(cast({{ column }} as varchar) as timestamp)
        when regexp_full_match(
            cast({{ column }} as varchar),
            '{{ year }}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?'
            || '(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)'
        )
            then try_cast(
                regexp_replace(
                    cast({{ column }} as varchar),
                    '^(.{16})(Z|[+-])', '\1:00\2'
                ) as timestamp with time zone
            ) at time zone 'UTC'
    end
{%- endmacro %}
