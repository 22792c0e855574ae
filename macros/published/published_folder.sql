{#-
    The path of the folder of published versions, by the rule of orchestration/settings.py: what is
    named, else `published` in the project for the project's own warehouse, else `<warehouse>_published`
    beside the warehouse's file. Relative paths start at the project's root, where dbt runs.
-#}
{% macro published_folder(published, warehouse, root) %}
    {%- set project = root ~ '/' if root.startswith('/') else '' -%}
    {%- set own_warehouse = project ~ 'warehouse/segmentry.duckdb' -%}
    {%- set paths = [] -%}
    {%- for path in [published or '', warehouse or own_warehouse] -%}
        {%- set path = path if path.startswith('/') else project ~ path -%}
        {%- set parts = [] -%}
        {%- for part in path.split('/') if part not in ['', '.'] -%}
            {%- do parts.append(part) -%}
        {%- endfor -%}
        {%- do paths.append(('/' if path.startswith('/') else '') ~ parts | join('/')) -%}
    {%- endfor -%}
    {%- if published -%}
        {{ return(paths[0]) }}
    {%- elif paths[1] == own_warehouse -%}
        {{ return(project ~ 'published') }}
    {%- else -%}
        {{ return(modules.re.sub('(?<=[^/])\\.[^./]+$', '', paths[1]) ~ '_published') }}
    {%- endif -%}
{% endmacro %}
