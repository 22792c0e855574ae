{#-
    An email address trimmed of ASCII white space and lower-cased, null unless it holds no white space
    and exactly one `@` with text on both sides.
-#}
{% macro usable_email(column) -%}
    {{ return(adapter.dispatch('usable_email', 'segmentry')(column)) }}
{%- endmacro %}

{% macro duckdb__usable_email(column) -%}
    {%- set trimmed = "lower(trim(" ~ column ~ ", chr(32) || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)))" -%}
    case
        when regexp_full_match(
            {{ trimmed }}, '[^@\s\v\x{1c}-\x{1f}\x{85}\p{Z}]+@[^@\s\v\x{1c}-\x{1f}\x{85}\p{Z}]+'
        )
            then {{ trimmed }}
    end
{%- endmacro %}
