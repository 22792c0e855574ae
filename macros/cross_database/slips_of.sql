{#-
    A row for a text and for each that is left when one sign but the first is taken out, digits never: a
    hash of it, with what else must be the same. Two texts that one slip of a finger makes of each other
    have one of these in common.
-#}
{% macro slips_of(text, same="''") -%}
    {{ return(adapter.dispatch('slips_of', 'segmentry')(text, same)) }}
{%- endmacro %}

{#- Of equal neighbours one is taken out: whichever it is, the same is left. -#}
{% macro duckdb__slips_of(text, same) -%}
    unnest(list_prepend(hash({{ text }}, {{ same }}), list_transform(
        list_filter(
            range(2, length({{ text }}) + 1),
            lambda place: substring({{ text }}, place, 1) not between '0' and '9'
                and (
                    place = 2
                    or substring({{ text }}, place, 1) <> substring({{ text }}, place - 1, 1)
                )
        ),
        lambda place: hash(
            substring({{ text }}, 1, place - 1) || substring({{ text }}, place + 1), {{ same }}
        )
    )))
{%- endmacro %}
