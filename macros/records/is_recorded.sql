{#-
    Whether this run of dbt leaves records of what it built: all that build do, but for those beside the
    last build, whose database is gone when they have answered.
-#}
{% macro is_recorded() %}
    {{ return(
        execute and flags.WHICH in ['build', 'run', 'seed'] and not is_beside_last_build()
    ) }}
{% endmacro %}
