with

order_lines as (
    select
        *,
        {{ written_id('source_system', 'product_id') }} as product
    from {{ ref('int_valid_order_lines') }}
    where {{ var('predictions') }}
),

moments as (
    select
        min(last_ordered_on) as first_moment,
        max(last_ordered_on) as last_moment
    from {{ ref('affinity_moments') }}
),

recent_lines as (
    select order_lines.*
    from order_lines
    cross join moments
    where
        order_lines.ordered_on > moments.first_moment - 365
        and order_lines.ordered_on <= moments.last_moment
)

-- Numbers, because names and pairs of them would take several times as long to count.
select
    ordered_on,
    product,
    category,
    cast(
        dense_rank() over (order by source_system asc, order_id asc) as {{ dbt.type_int() }}
    ) as order_number,
    case
        when customer_id is not null
            then cast(dense_rank() over (order by customer_id asc) as {{ dbt.type_int() }})
    end as customer_number,
    case
        when product is not null
            then cast(dense_rank() over (order by product asc) as {{ dbt.type_int() }})
    end as product_number,
    case
        when category is not null
            then cast(dense_rank() over (order by category asc) as {{ dbt.type_int() }})
    end as category_number
from recent_lines
