{#-
    Three columns that tell people apart: the customer, and of a stranger, who has none, the browser or
    device within its source system. Grouped by them, everyone stands once.
-#}
{% macro person_or_stranger(visitor_id) -%}
    customer_id,
    case when customer_id is null then source_system end as stranger_source_system,
    case when customer_id is null then {{ visitor_id }} end as stranger_id
{%- endmacro %}
