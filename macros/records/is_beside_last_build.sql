{#-
    Whether this run of dbt computes beside the last build, from what that has read: what-if, or a replay
    of past days.
-#}
{% macro is_beside_last_build() %}
    {{ return(target.name in ['what_if', 'replay']) }}
{% endmacro %}
