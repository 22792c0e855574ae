{#- What syncs know an email address by: a keyed hash of it, under the secret of the syncs. -#}
{% macro address_key(email) -%}
    {{ return(adapter.dispatch('address_key', 'segmentry')(email)) }}
{%- endmacro %}

{% macro duckdb__address_key(email) -%}
    address_key({{ email }})
{%- endmacro %}
