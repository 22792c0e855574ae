{#-
    The closing CTEs and select of a base model: every distinct row of the CTE `rows` once, with
    `copies` and `reject_reason`. Keys are compared first, whole rows only where a key repeats. The raw
    row is kept where it is rejected, or everywhere with `keep_raw_rows`.
-#}
{% macro resolve_rows(table_name, rows, reason='contract_reason', keep_raw_rows=false) %}
    {%- if not execute -%}
        closing as (select 1) select * from {{ rows }}
    {%- else -%}
        {%- set table = raw_table(table_name) -%}
        {%- set keys = key_columns(table) | join(', ') -%}
        repeated_keys as (
            select {{ keys }}
            from {{ rows }}
            group by {{ keys }}
            having count(*) > 1
        ),

        repeated_rows as (
            select {{ rows }}.*
            from {{ rows }}
            inner join repeated_keys on {{ same_key(table, 'repeated_keys', rows) }}
        )

        select
            {{ contract_columns(table_name, rows) }},
            {% if keep_raw_rows -%}
            {{ rows }}.raw_row,
            {%- else -%}
            case when {{ rows }}.{{ reason }} is not null then {{ rows }}.raw_row end as raw_row,
            {%- endif %}
            {{ rows }}.unreadable_columns,
            1 as copies,
            {{ rows }}.{{ reason }} as reject_reason
        from {{ rows }}
        where not exists (
            select 1 from repeated_keys where {{ same_key(table, 'repeated_keys', rows) }}
        )

        union all

        select * from ({{ rank_versions(table_name, 'repeated_rows', reason) }}) as ranked_rows
    {%- endif -%}
{% endmacro %}
