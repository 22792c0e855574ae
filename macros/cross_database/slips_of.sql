{#-
    A row for a text and for each that is left when one sign but the first is taken out, digits never. Two
    texts that one slip of a finger makes of each other have one of these in common.
-#}
{% macro slips_of(text) -%}
    {{ return(adapter.dispatch('slips_of', 'segmentry')(text)) }}
{%- endmacro %}

{% macro duckdb__slips_of(text) -%}
    unnest(list_distinct(list_prepend({{ text }}, list_transform(
        list_filter(
            range(2, length({{ text }}) + 1),
            lambda place: not regexp_matches(substring({{ text }}, place, 1), '[0-9]')
        ),
        lambda place: substring({{ text }}, 1, place - 1) || substring({{ text }}, place + 1)
    ))))
{%- endmacro %}
