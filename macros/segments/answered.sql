{#- A scored answer and its age, for a reason: `csat answer of 8.5, 12 days ago`. -#}
{% macro answered(survey, score, days_since) -%}
    '{{ survey }} of ' || {{ plain_number(score) }}
    || ', ' || {{ counted(days_since, 'day') }} || ' ago'
{%- endmacro %}
