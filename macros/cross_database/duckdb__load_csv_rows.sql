{#-
    Loads a seed as the dialect that is written in the documentation says. DuckDB would guess the quote from
    the first rows: of ids that begin with an apostrophe it takes the apostrophe.
-#}
{% macro duckdb__load_csv_rows(model, agate_table) %}
    {%- set copy -%}
        copy {{ this }} from {{ sql_text(adapter.get_seed_file_path(model)) }}
        (format csv, header true, delimiter ',', quote '"', escape '"')
    {%- endset -%}
    {%- do adapter.add_query(copy, abridge_sql_log=true) -%}
    {{ return(copy) }}
{% endmacro %}
