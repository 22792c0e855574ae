{#- The value, null or not, of the row that comes first by time and then by id. -#}
{% macro first_by(value, time, id) -%}
    {{ return(adapter.dispatch('first_by', 'segmentry')(value, time, id)) }}
{%- endmacro %}

{% macro default__first_by(value, time, id) -%}
    min({{ row_struct({'happened_at': time, 'row_id': id, 'row_value': value}) }}).row_value
{%- endmacro %}
