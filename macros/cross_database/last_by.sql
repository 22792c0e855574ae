{#- The value, null or not, of the row that comes last by time and then by id. -#}
{% macro last_by(value, time, id) -%}
    {{ return(adapter.dispatch('last_by', 'segmentry')(value, time, id)) }}
{%- endmacro %}

{% macro default__last_by(value, time, id) -%}
    max({{ row_struct({'happened_at': time, 'row_id': id, 'row_value': value}) }}).row_value
{%- endmacro %}
