{#-
    A list of parameters as a number that is the same in whatever order they come, and another one for other
    parameters. It tells events apart that are equal in all else, for which 64 bits are enough.
-#}
{% macro digest_of_params(params) -%}
    {{ return(adapter.dispatch('digest_of_params', 'segmentry')(params)) }}
{%- endmacro %}

{% macro duckdb__digest_of_params(params) -%}
    list_sum(list_transform({{ params }}, lambda param: hash(param)))
{%- endmacro %}
