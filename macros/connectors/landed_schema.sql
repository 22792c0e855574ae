{#-
    The schema of the warehouse into which the files of a connector are read; that of `raw` is of the shop's
    own tables.
-#}
{% macro landed_schema(connector) %}
    {{ return('landed_' ~ modules.re.sub('[^a-z0-9]', '_', connector)) }}
{% endmacro %}
