{#- A UTC timestamp from microseconds since 1970; null before that and after 9999. -#}
{% macro timestamp_of_microseconds(microseconds) -%}
    {{ return(adapter.dispatch('timestamp_of_microseconds', 'segmentry')(microseconds)) }}
{%- endmacro %}

{% macro duckdb__timestamp_of_microseconds(microseconds) -%}
    case
        when {{ microseconds }} between 0 and 253402300799999999
            then make_timestamp({{ microseconds }})
    end
{%- endmacro %}
