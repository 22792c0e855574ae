{#- Every combination of the columns stands in another table, under the same names; one with a null passes. -#}
{% test combination_is_in(model, columns, to) %}
select
    {%- for column in columns %}
    checked.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ model }} as checked
where
    {%- for column in columns %}
    checked.{{ column }} is not null and
    {%- endfor %}
    not exists (
        select 1
        from {{ to }} as others
        where
            {%- for column in columns %}
            {{ 'and ' if not loop.first }}checked.{{ column }} = others.{{ column }}
            {%- endfor %}
    )
{% endtest %}
