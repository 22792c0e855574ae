{#- None of the columns is ever null: `not_null` of several columns in one scan. -#}
{% test never_null(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where
    false
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
