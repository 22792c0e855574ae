{#-
    The continuous percentile of amounts, rounded to 2 places half away from zero. Each amount has
    its place in ascending order, 0 to the last place; the one or two next to the percentile's place
    weigh in by their nearness. Unlike `percentile_cont` it is exact, so that half a cent rounds up.
-#}
{% macro weighed_percentile(amount, place, last_place, percentile) -%}
    cast(round(sum(
        cast({{ amount }} as decimal(28, 2)) * cast(
            greatest(
                1 - abs({{ place }} - cast({{ percentile }} as decimal(4, 4)) * {{ last_place }}), 0
            ) as decimal(5, 4)
        )
    ), 2) as decimal(38, 2))
{%- endmacro %}
