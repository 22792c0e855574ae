{#- A select of what the files of syncs say, in the columns of a source. -#}
{% macro declared_rows(source) %}
    {%- set types = {} -%}
    {%- for column in source.columns.values() -%}
        {%- do types.update({column.name: column.data_type}) -%}
    {%- endfor -%}
    {%- set rows = run_query('select declared_' ~ source.name ~ '()').rows[0][0] -%}
    {{ return(
        'select unnest(from_json(' ~ sql_text(rows) ~ ', ' ~ sql_text(tojson([types]))
        ~ '), recursive := true)'
    ) }}
{% endmacro %}
