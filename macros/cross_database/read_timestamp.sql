{#-
    A raw column as a UTC timestamp, null when it is not ISO 8601, or not from 1970 to 9999: a
    placeholder, not a time. Text with an offset is converted; a column that is a timestamp already is
    taken as it is (`typeof` is settled before a row is read).
-#}
{% macro read_timestamp(column) -%}
    {{ return(adapter.dispatch('read_timestamp', 'segmentry')(column)) }}
{%- endmacro %}

{% macro duckdb__read_timestamp(column) -%}
    {%- set text = 'cast(' ~ column ~ ' as varchar)' -%}
    {%- set typed = 'try_cast(' ~ column ~ ' as timestamp)' -%}
    {#- The blank before the offset goes, `UTC` with it; DuckDB wants seconds before an offset. -#}
    {%- set converted -%}
        try_cast(
            regexp_replace(
                regexp_replace({{ text }}, ' ?(?:UTC|(Z|[+-][0-9:]+))$', '\1'),
                '^(.{16})(Z|[+-]|$)', '\1:00\2'
            ) as timestamp with time zone
        ) at time zone 'UTC'
    {%- endset -%}
    {%- set range = "timestamp '1970-01-01' and timestamp '9999-12-31 23:59:59.999999'" -%}
    case
        when typeof({{ column }}) <> 'VARCHAR'
            then case when {{ typed }} between {{ range }} then {{ typed }} end
        when regexp_full_match({{ text }}, '{{ timestamp_pattern() }}')
            then case when {{ text }} >= '1970' then try_cast({{ text }} as timestamp) end
        when regexp_full_match({{ text }}, '{{ timestamp_pattern() }}{{ offset_pattern() }}')
            then case when {{ converted }} between {{ range }} then {{ converted }} end
    end
{%- endmacro %}
