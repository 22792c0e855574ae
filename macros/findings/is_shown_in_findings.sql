{#- Whether a column of a failed data test may be shown: ids, names of tables and counts, no more. -#}
{% macro is_shown_in_findings(column) %}
    {{ return(column in shown_columns() or column.endswith('_count')) }}
{% endmacro %}
