{#-
    The closing CTEs and select of a base model: every distinct row of the CTE `rows` once, with
    `copies` and `reject_reason`. Keys are compared first, by their hash; whole rows only where a key
    repeats.
-#}
{% macro resolve_rows(table_name, rows, reason='contract_reason') %}
    {%- if not execute -%}
        closing as (select 1) select * from {{ rows }}
    {%- else -%}
        repeated_keys as (
            select key_hash
            from {{ rows }}
            group by key_hash
            having count(*) > 1
        ),

        repeated_rows as (
            select {{ rows }}.*
            from {{ rows }}
            inner join repeated_keys on {{ rows }}.key_hash = repeated_keys.key_hash
        )

        select
            {{ contract_columns(table_name, rows) }},
            {{ rows }}.unreadable_columns,
            {{ rows }}.file_path,
            {{ rows }}.place_in_file,
            1 as copies,
            {{ rows }}.{{ reason }} as reject_reason
        from {{ rows }}
        left join repeated_keys on {{ rows }}.key_hash = repeated_keys.key_hash
        where repeated_keys.key_hash is null

        union all

        {{ rank_versions(table_name, 'repeated_rows', reason) }}
    {%- endif -%}
{% endmacro %}
