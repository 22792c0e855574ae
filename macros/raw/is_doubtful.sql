{#- Whether a row is rejected when a column of it holds something that can't be read. -#}
{% macro is_doubtful(column) %}
    {{ return(column.is_required and column.type != 'text' or column.unreadable == 'reject') }}
{% endmacro %}
