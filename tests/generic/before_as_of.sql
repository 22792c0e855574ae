{#- What the columns date happened before the instant that the build is as of. -#}
{% test before_as_of(model, columns) %}
select
    {%- for column in columns %}
    checked.{{ column }},
    {%- endfor %}
    as_of.as_of
from {{ model }} as checked
cross join {{ ref('int_as_of') }} as as_of
where
    false
    {%- for column in columns %}
    or checked.{{ column }} >= as_of.as_of
    {%- endfor %}
{% endtest %}
