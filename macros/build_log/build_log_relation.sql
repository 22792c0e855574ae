{#- The table `build_log`: one row per model, seed and data test of the project, and how it ended. -#}
{% macro build_log_relation() %}
    {{ return(api.Relation.create(
        database=target.database, schema=target.schema, identifier='build_log'
    )) }}
{% endmacro %}
