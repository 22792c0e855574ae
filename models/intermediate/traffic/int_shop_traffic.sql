with

counts as (
    select
        dimension,
        dimension_value,
        visitor_count,
        converted_visitor_count,
        0 as buyer_count,
        0 as session_count,
        0 as cart_count,
        0 as abandoned_cart_count
    from {{ ref('int_visitor_counts') }}

    union all

    select
        dimension,
        dimension_value,
        0 as visitor_count,
        0 as converted_visitor_count,
        0 as buyer_count,
        session_count,
        cart_count,
        abandoned_cart_count
    from {{ ref('int_visit_counts') }}

    union all

    select
        dimension,
        dimension_value,
        0 as visitor_count,
        0 as converted_visitor_count,
        buyer_count,
        0 as session_count,
        0 as cart_count,
        0 as abandoned_cart_count
    from {{ ref('int_buyer_counts') }}
)

select
    dimension,
    dimension_value,
    cast(sum(visitor_count) as {{ dbt.type_bigint() }}) as visitor_count,
    cast(sum(converted_visitor_count) as {{ dbt.type_bigint() }}) as converted_visitor_count,
    cast(sum(buyer_count) as {{ dbt.type_bigint() }}) as buyer_count,
    cast(sum(session_count) as {{ dbt.type_bigint() }}) as session_count,
    cast(sum(cart_count) as {{ dbt.type_bigint() }}) as cart_count,
    cast(sum(abandoned_cart_count) as {{ dbt.type_bigint() }}) as abandoned_cart_count
from counts
group by dimension, dimension_value
