{#- A path as a literal in which DuckDB sees no pattern: brackets, `*` and `?` stand for themselves. -#}
{% macro as_path(path) -%}
    {{ sql_text(modules.re.sub('([\\[*?])', '[\\1]', path)) }}
{%- endmacro %}
