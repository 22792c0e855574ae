{#-
    The condition that a timestamp is of the 26 hours before a moment, the longest day there is, written
    out so that no other part of a table is read; without a moment nothing is.
-#}
{% macro within_a_day_before(timestamp, moment) -%}
    {%- if moment -%}
        {{ timestamp }} >= cast('{{ moment }}' as timestamp) - interval '26' hour
        and {{ timestamp }} < cast('{{ moment }}' as timestamp)
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
