{#-
    WordPress keeps what is said of a thing as rows of a key and a value: a select of one row per thing, with
    a column per key, named without its underscores in front. Of a fact that stands there twice the later
    row counts.
-#}
{% macro facts_of(meta_table, thing, keys) -%}
    select
        connector,
        {{ thing }}
        {%- for key in keys %},
        max(case when meta_key = '{{ key }}' then meta_value end) as {{ key.lstrip('_') }}
        {%- endfor %}
    from (
        select
            *,
            row_number() over (
                partition by connector, {{ thing }}, meta_key
                order by file_path desc, place_in_file desc
            ) as copy_number
        from {{ meta_table }}
        where meta_key in {{ sql_list(keys) }}
    ) as ranked_facts
    where copy_number = 1
    group by connector, {{ thing }}
{%- endmacro %}
