{#- The name of the segment that a segment model holds. -#}
{% macro segment_of(model) -%}
    {{ return(model.name | replace('segment_', '', 1)) }}
{%- endmacro %}
