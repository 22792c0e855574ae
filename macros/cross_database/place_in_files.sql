{#-
    Where a row of a raw table stands, as `file_path` and `place_in_file`: the later of two by these is
    the later one. Tables that are read from no files have no such place.
-#}
{% macro place_in_files(rows) -%}
    {{ return(adapter.dispatch('place_in_files', 'segmentry')(rows)) }}
{%- endmacro %}

{% macro default__place_in_files(rows) -%}
    '' as file_path, 0 as place_in_file
{%- endmacro %}

{% macro duckdb__place_in_files(rows) -%}
    {{ rows }}.file_path, {{ rows }}.place_in_file
{%- endmacro %}
