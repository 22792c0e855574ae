{#- The date in a time zone of a UTC timestamp. -#}
{% macro shop_date(timestamp, timezone) -%}
    {{ return(adapter.dispatch('shop_date', 'segmentry')(timestamp, timezone)) }}
{%- endmacro %}

{% macro default__shop_date(timestamp, timezone) -%}
    {%- if timezone == 'UTC' -%}
        cast({{ timestamp }} as date)
    {%- else -%}
        cast({{ timestamp }} at time zone 'UTC' at time zone {{ sql_text(timezone) }} as date)
    {%- endif -%}
{%- endmacro %}
