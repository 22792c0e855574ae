{#- The condition that two rows with the columns of `person_or_stranger` are of one person. -#}
{% macro same_person(left, right) -%}
    {{ is_same(left ~ '.customer_id', right ~ '.customer_id') }}
    and {{ is_same(left ~ '.stranger_source_system', right ~ '.stranger_source_system') }}
    and {{ is_same(left ~ '.stranger_id', right ~ '.stranger_id') }}
{%- endmacro %}
