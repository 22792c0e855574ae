{#- An id as it is published: plain, or `source_system:id` outside the unnamed source system. -#}
{% macro written_id(source_system, id) -%}
    case when {{ source_system }} = '' then {{ id }} else {{ source_system }} || ':' || {{ id }} end
{%- endmacro %}
