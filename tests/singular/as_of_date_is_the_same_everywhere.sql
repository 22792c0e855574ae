{%- set relations = [
    ref('customer_facts'), ref('segment_memberships'), ref('identity_conflicts'),
    ref('rejected_rows'),
] -%}
-- Everything that carries an as_of_date carries that of the build.
with

dates as (
    {%- for relation in relations %}
    select '{{ relation.identifier }}' as relation_name, as_of_date, count(*) as row_count
    from {{ relation }}
    group by as_of_date
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select
    dates.relation_name,
    dates.as_of_date,
    dates.row_count
from dates
cross join {{ ref('int_as_of') }} as as_of
where dates.as_of_date is null or dates.as_of_date <> as_of.as_of_date
