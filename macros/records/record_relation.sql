{#- A table of records of what was built, by its name: beside the models, and none of them. -#}
{% macro record_relation(name) %}
    {{ return(api.Relation.create(
        database=target.database, schema=target.schema, identifier=name
    )) }}
{% endmacro %}
