{#- Whether the database knows a time zone by this name. -#}
{% macro is_known_timezone(name) %}
    {%- set query = 'select count(*) from pg_timezone_names() where name = ' ~ sql_text(name) -%}
    {{ return(run_query(query).columns[0].values()[0] > 0) }}
{% endmacro %}
