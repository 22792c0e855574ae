{#- Whether two values are equal, two nulls being equal. -#}
{% macro is_same(left, right) -%}
    {{ return(adapter.dispatch('is_same', 'segmentry')(left, right)) }}
{%- endmacro %}

{% macro default__is_same(left, right) -%}
    {{ left }} is not distinct from {{ right }}
{%- endmacro %}
