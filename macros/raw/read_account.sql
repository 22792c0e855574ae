{#-
    A raw column as the id of an account; the empty text is null. An id that holds an `@` is compared as
    addresses are: trimmed and in lower case.
-#}
{% macro read_account(column) -%}
    case
        when {{ holds_at_sign(read_text(column)) }} then {{ comparable_text(read_text(column)) }}
        else {{ read_text(column) }}
    end
{%- endmacro %}
