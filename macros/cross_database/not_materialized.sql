{#-
    Stands between the name and the query of a CTE that is used more than once: each use reads it anew,
    and only the columns that it needs, where the engine would keep a copy of all of its rows.
-#}
{% macro not_materialized() -%}
    {{ return(adapter.dispatch('not_materialized', 'segmentry')()) }}
{%- endmacro %}

{% macro default__not_materialized() -%}
{%- endmacro %}

{% macro duckdb__not_materialized() -%}
    not materialized
{%- endmacro %}
