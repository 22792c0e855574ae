{#-
    The relations of a schema that hold a table of a system: the one of its name, and those whose names fit
    the pattern `files` that the sources' YAML gives it, as `events_*`, in the order of their names.
-#}
{% macro relations_of_table(schema, table) %}
    {%- set names = [table.name] -%}
    {%- if table.files -%}
        {%- set start = table.files[:-1] -%}
        {%- set listed = list_relations_without_caching(
            api.Relation.create(database=target.database, schema=schema)
        ) -%}
        {%- for name in listed.columns['name'].values() | sort if name.lower().startswith(start) -%}
            {%- do names.append(name) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set relations = [] -%}
    {%- for name in names -%}
        {%- set relation = adapter.get_relation(
            database=target.database, schema=schema, identifier=name
        ) -%}
        {%- do relations.append(relation) if relation -%}
    {%- endfor -%}
    {{ return(relations) }}
{% endmacro %}
