{#-
    A list of parameters as a text that is the same in whatever order they come, and another one for other
    parameters. Characters that no key holds stand between them.
-#}
{% macro text_of_params(params) -%}
    {{ return(adapter.dispatch('text_of_params', 'segmentry')(params)) }}
{%- endmacro %}

{% macro duckdb__text_of_params(params) -%}
    array_to_string(
        list_sort(
            list_transform(
                {{ params }},
                lambda param: concat(
                    param.key,
                    {%- for field in ['string_value', 'int_value', 'float_value', 'double_value'] %}
                    chr(31), param.value.{{ field }}
                    {{- ',' if not loop.last }}
                    {%- endfor %}
                )
            )
        ),
        chr(30)
    )
{%- endmacro %}
