{#-
    The tail of a `from` that repeats each row for every element of a list column: the element as `name`, its
    place, from 1, as `position`. Rows whose list is empty or null go.
-#}
{% macro each_of(list, name, position='position') -%}
    {{ return(adapter.dispatch('each_of', 'segmentry')(list, name, position)) }}
{%- endmacro %}

{% macro duckdb__each_of(list, name, position) -%}
    cross join lateral (
        select
            unnest({{ list }}) as {{ name }},
            generate_subscripts({{ list }}, 1) as {{ position }}
    ) as {{ name }}_elements
{%- endmacro %}
