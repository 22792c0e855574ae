{#- One value that holds a row: a struct of expressions by name. -#}
{% macro row_struct(expressions) -%}
    {{ return(adapter.dispatch('row_struct', 'segmentry')(expressions)) }}
{%- endmacro %}

{% macro duckdb__row_struct(expressions) -%}
    struct_pack(
        {%- for name, expression in expressions.items() %}
            {{ name }} := {{ expression }}
            {{- ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
