{#-
    One field of the value that a list of parameters, structs of `key` and `value`, has for a key; null where
    it has none.
-#}
{% macro value_of_param(params, key, field) -%}
    {{ return(adapter.dispatch('value_of_param', 'segmentry')(params, key, field)) }}
{%- endmacro %}

{% macro duckdb__value_of_param(params, key, field) -%}
    {{ params }}[
        list_position(list_transform({{ params }}, lambda param: param.key), {{ sql_text(key) }})
    ].value.{{ field }}
{%- endmacro %}
