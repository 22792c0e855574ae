{#- The regular expression of a date, or of a date and time, in ISO 8601, without an offset. -#}
{% macro timestamp_pattern() -%}
    {%- set year = '([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)' -%}
    {{ year }}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?)?
{%- endmacro %}
