{#-
    Why a row breaks the contract, by the columns alone: the first that holds, in this order: a required
    column is missing or can't be read, holds an unknown value, is not positive, is negative, or the
    row's own timestamp is more than a day later than the start of the run.
-#}
{% macro contract_reason(table) -%}
    case
    {%- for column in table.columns %}
        {%- if column.is_required %}
        when {{ 'read_rows.' ~ column.name ~ ('_is_missing' if is_doubtful(column) else ' is null') }}
            then 'missing {{ column.name }}'
        {%- endif %}
        {%- if is_doubtful(column) %}
        when read_rows.{{ column.name }} is null and not read_rows.{{ column.name }}_is_missing
            then 'unreadable {{ column.name }}'
        {%- endif %}
    {%- endfor %}
    {%- for column in table.columns if column.is_required and column.accepted_values %}
        when read_rows.{{ column.name }} not in {{ sql_list(column.accepted_values) }}
            then 'unknown {{ column.name }}'
    {%- endfor %}
    {%- for column in table.columns if column.is_positive %}
        when read_rows.{{ column.name }} <= 0 then '{{ column.name }} not positive'
    {%- endfor %}
    {%- for column in table.columns if column.is_not_negative %}
        when read_rows.{{ column.name }} < 0 then '{{ column.name }} negative'
    {%- endfor %}
    {%- if table.own_timestamp %}
        when read_rows.{{ table.own_timestamp }}
            > cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp)
                + interval '1' day
            then '{{ table.own_timestamp }} in the future'
    {%- endif %}
    end
{%- endmacro %}
