{#-
    The absolute path of the folder of published versions, by the rule of orchestration/settings.py:
    what is named, else `published` in the project for the project's own warehouse, else
    `<warehouse>_published` beside the warehouse's file. Relative paths start at the project's root.
-#}
{% macro published_folder(published, warehouse, root) %}
    {%- set paths = [] -%}
    {%- for path in [published or '', warehouse or 'warehouse/segmentry.duckdb'] -%}
        {%- set parts = [] -%}
        {%- for part in (path if path.startswith('/') else root ~ '/' ~ path).split('/') -%}
            {%- do parts.append(part) if part not in ['', '.'] -%}
        {%- endfor -%}
        {%- do paths.append('/' ~ parts | join('/')) -%}
    {%- endfor -%}
    {%- if published -%}
        {{ return(paths[0]) }}
    {%- elif paths[1] == root ~ '/warehouse/segmentry.duckdb' -%}
        {{ return(root ~ '/published') }}
    {%- else -%}
        {{ return(modules.re.sub('(?<=[^/])\\.[^./]+$', '', paths[1]) ~ '_published') }}
    {%- endif -%}
{% endmacro %}
