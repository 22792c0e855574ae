{#- The day, as eight digits, that the path of a file or table is named for; null where it is for none. -#}
{% macro day_in_path(path) -%}
    {{ return(adapter.dispatch('day_in_path', 'segmentry')(path)) }}
{%- endmacro %}

{% macro duckdb__day_in_path(path) -%}
    nullif(regexp_extract({{ path }}, '.*[_=/-](20[0-9]{6})(?:[^0-9]|$)', 1), '')
{%- endmacro %}
