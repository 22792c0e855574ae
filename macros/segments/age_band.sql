{#-
    The band of an age in years, `under 18`, `18-24` or `65+`, by the first years of the bands after the
    youngest. Null for an age below 0.
-#}
{% macro age_band(age, first_years) -%}
    case
        when {{ age }} < 0 then null
        when {{ age }} < {{ first_years[0] }} then 'under {{ first_years[0] }}'
        {%- for next_first_year in first_years[1:] %}
        when {{ age }} < {{ next_first_year }}
            then '{{ first_years[loop.index0] }}-{{ next_first_year - 1 }}'
        {%- endfor %}
        when {{ age }} >= {{ first_years[-1] }} then '{{ first_years[-1] }}+'
    end
{%- endmacro %}
