{#-
    Takes the rows of people who were erased, and of their orders, out of what a connector has made of a
    table of the raw contract: that of its name, or of the meta `fills` of a model that is made on the way.
    Asked of each row, which takes time: only where anybody was erased at all.
-#}
{% macro leave_out_erased() -%}
    {%- if execute and model.config.materialized != 'view' -%}
        {%- set table_name = model.config.meta.fills or model.name.split('__')[1] -%}
        {%- if table_name in raw_table_names() -%}
            {{ return(adapter.dispatch('leave_out_erased', 'segmentry')(table_name)) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__leave_out_erased(table_name) -%}
    {%- if run_query('select is_anybody_erased()').columns[0].values()[0] -%}
        {%- set named = raw_table(table_name).columns | map(attribute='name') | list -%}
        delete from {{ this }}
        where is_erased(
            {{ table_name == 'orders' }}
            {%- for column in ['source_system', 'customer_id', 'email', 'anonymous_id', 'order_id'] -%}
                , {{ 'cast(' ~ column ~ ' as varchar)' if column in named else 'null' }}
            {%- endfor -%}
        )
    {%- endif -%}
{%- endmacro %}
