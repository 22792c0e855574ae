{#-
    A select of the ids of customers, products and orders in the raw tables, as they came: in which
    column of which table each stands, of which table it is (`named_table`), and in which file.
-#}
{% macro raw_ids() -%}
    {%- set references = [
        ('orders', 'customer_id', 'customers'),
        ('events', 'customer_id', 'customers'),
        ('surveys', 'customer_id', 'customers'),
        ('email_events', 'customer_id', 'customers'),
        ('consent_events', 'customer_id', 'customers'),
        ('order_lines', 'product_id', 'products'),
        ('events', 'product_id', 'products'),
        ('surveys', 'product_id', 'products'),
        ('order_lines', 'order_id', 'orders'),
        ('refunds', 'order_id', 'orders'),
        ('events', 'order_id', 'orders'),
        ('surveys', 'order_id', 'orders'),
        ('customers', 'customer_id', 'customers'),
        ('products', 'product_id', 'products'),
        ('orders', 'order_id', 'orders'),
    ] -%}
    {%- for table_name, column_name, named_table in references %}
    {%- set read_id = read_account if column_name == 'customer_id' else read_text %}
    select
        '{{ table_name }}' as table_name,
        '{{ column_name }}' as column_name,
        '{{ named_table }}' as named_table,
        coalesce({{ read_text('rows.source_system') }}, '') as source_system,
        {{ read_id('rows.' ~ column_name) }} as id,
        {{ place_in_files('rows') }}
    from {{ landed_rows(table_name) }} as rows
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
