{#-
    Text in which every word that holds an email address, or what looks like one, reads `(email)`: `x@y.z`
    and `x@localhost`, the sign and the dot also in their full width.
-#}
{% macro without_addresses(text) -%}
    {{ return(adapter.dispatch('without_addresses', 'segmentry')(text)) }}
{%- endmacro %}

{% macro duckdb__without_addresses(text) -%}
    case
        when {{ holds_at_sign(text) }}
            then regexp_replace({{ text }}, '{{ address_pattern() }}', '(email)', 'g')
        else {{ text }}
    end
{%- endmacro %}
