{#- The key of a row of a base model as one text, for people to read. -#}
{% macro row_key(table_name, rows) -%}
    {%- set parts = [] -%}
    {%- if execute -%}
        {%- for name in key_columns(raw_table(table_name)) if name != 'source_system' -%}
            {%- do parts.append('coalesce(' ~ rows ~ '.raw_row.' ~ name ~ ", '')") -%}
        {%- endfor -%}
        {%- if 'source_system' in key_columns(raw_table(table_name)) -%}
            case when {{ rows }}.source_system <> '' then {{ rows }}.source_system || '|' else '' end ||
        {%- endif %}
        {{ parts | join(" || '|' || ") }}
    {%- else -%}
        null
    {%- endif -%}
{%- endmacro %}
