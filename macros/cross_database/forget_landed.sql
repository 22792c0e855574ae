{#-
    Runs after every build: where anybody was erased, nothing stays of what connectors have read from files,
    whose rows name people in columns of their own. The next build reads them again.
-#}
{% macro forget_landed() %}
    {%- if execute and is_connected() and flags.WHICH in ['build', 'run'] -%}
        {%- do adapter.dispatch('forget_landed', 'segmentry')() -%}
    {%- endif -%}
{% endmacro %}

{% macro duckdb__forget_landed() %}
    {%- if run_query('select is_anybody_erased()').columns[0].values()[0] -%}
        {%- for connector in connectors() -%}
            {%- do run_query('drop schema if exists ' ~ landed_schema(connector) ~ ' cascade') -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
