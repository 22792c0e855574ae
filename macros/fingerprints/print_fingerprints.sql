{#- Prints the definitions of all models and seeds as one line of JSON, for programs around dbt. -#}
{% macro print_fingerprints() %}
    {%- do print(tojson(model_fingerprints())) -%}
{% endmacro %}
