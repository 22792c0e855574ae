{#-
    The closing CTEs and select of a base model whose rows belong to an order: a row that is fit in
    itself is rejected when its order is not there or was rejected.
-#}
{% macro check_order(table_name, rows, orders) -%}
known_orders as (
    select
        source_system,
        order_id,
        count(case when reject_reason is null then 1 end) as staged_order_count
    from {{ orders }}
    group by source_system, order_id
)

select
    {{ contract_columns(table_name, rows) }},
    {{ rows }}.unreadable_columns,
    {{ rows }}.file_path,
    {{ rows }}.place_in_file,
    {{ rows }}.copies,
    case
        when {{ rows }}.reject_reason is not null then {{ rows }}.reject_reason
        when known_orders.order_id is null then 'unknown order'
        when known_orders.staged_order_count = 0 then 'order rejected'
    end as reject_reason
from {{ rows }}
left join known_orders
    on {{ rows }}.source_system = known_orders.source_system
    and {{ rows }}.order_id = known_orders.order_id
{%- endmacro %}
