{#-
    Number of different people: customers by `customer_id`, and strangers told apart by the expressions
    of the dictionary.
-#}
{% macro people_count(stranger) -%}
    count(distinct customer_id)
    + count(distinct case when customer_id is null then {{ row_struct(stranger) }} end)
{%- endmacro %}
