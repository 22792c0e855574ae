{#-
    An email address trimmed of ASCII white space and lower-cased, null unless it holds no white space
    and exactly one `@` with text on both sides.
-#}
{% macro usable_email(column) -%}
    {{ return(adapter.dispatch('usable_email', 'segmentry')(column)) }}
{%- endmacro %}

{% macro duckdb__usable_email(column) -%}
    case
        when regexp_full_match(
            {{ comparable_text(column) }},
            '[^@\s\v\x{1c}-\x{1f}\x{85}\p{Z}]+@[^@\s\v\x{1c}-\x{1f}\x{85}\p{Z}]+'
        )
            then {{ comparable_text(column) }}
    end
{%- endmacro %}
