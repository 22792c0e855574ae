{#- Completed years on a date. Who was born on 29 February has their birthday on 1 March. -#}
{% macro age_in_years(birth_date, on_date) -%}
    extract(year from {{ on_date }}) - extract(year from {{ birth_date }})
    - case
        when extract(month from {{ on_date }}) * 100 + extract(day from {{ on_date }})
            < extract(month from {{ birth_date }}) * 100 + extract(day from {{ birth_date }})
            then 1
        else 0
    end
{%- endmacro %}
