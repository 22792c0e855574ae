{#-
    Whether this run of dbt leaves records of what it built: all that build do, what-if aside, whose
    database is gone when it has answered.
-#}
{% macro is_recorded() %}
    {{ return(
        execute and flags.WHICH in ['build', 'run', 'seed'] and target.name != 'what_if'
    ) }}
{% endmacro %}
