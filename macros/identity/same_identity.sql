{#- The condition that two rows carry the same source system, account and email, null being equal. -#}
{% macro same_identity(left, right) -%}
    {{ left }}.source_system = {{ right }}.source_system
    and {{ is_same(left ~ '.account_id', right ~ '.account_id') }}
    and {{ is_same(left ~ '.email', right ~ '.email') }}
{%- endmacro %}
