with

customers as (
    select * from {{ ref('int_customers') }}
    where {{ var('predictions') }}
),

bought_products as (
    select * from {{ ref('bought_products') }}
),

popular_products as (
    select * from {{ ref('popular_products') }}
),

tested_customers as (
    select customer_id
    from bought_products
    where is_back_test
    group by customer_id
),

places as (
    select number + 1 as place
    from ({{ numbers_below([10, var('recommendations_per_customer')] | max) }}) as numbers
),

customer_places as (
    select
        false as is_back_test,
        customers.customer_id,
        places.place
    from customers
    -- Bound: as many rows as are recommended.
    cross join places
    where places.place <= {{ var('recommendations_per_customer') }}

    union all

    select
        true as is_back_test,
        tested_customers.customer_id,
        places.place
    from tested_customers
    cross join places
    where places.place <= 10
),

-- The products bought that may stand in the way of one to be recommended.
bought_ranks as (
    select
        bought_products.is_back_test,
        bought_products.customer_id,
        popular_products.popularity_rank - row_number() over (
            partition by bought_products.is_back_test, bought_products.customer_id
            order by popular_products.popularity_rank asc
        ) as more_popular_count
    from bought_products
    inner join popular_products
        on bought_products.is_back_test = popular_products.is_back_test
        and bought_products.product_id = popular_products.product_id
        and bought_products.product_count + {{ [10, var('recommendations_per_customer')] | max }}
        > popular_products.popularity_rank
),

ranked_places as (
    select
        customer_places.is_back_test,
        customer_places.customer_id,
        customer_places.place,
        customer_places.place + count(bought_ranks.customer_id) as popularity_rank
    from customer_places
    left join bought_ranks
        on customer_places.is_back_test = bought_ranks.is_back_test
        and customer_places.customer_id = bought_ranks.customer_id
        and customer_places.place > bought_ranks.more_popular_count
    group by customer_places.is_back_test, customer_places.customer_id, customer_places.place
)

select
    ranked_places.is_back_test,
    ranked_places.customer_id,
    ranked_places.place as recommendation_rank,
    popular_products.product_id,
    popular_products.order_count
from ranked_places
inner join popular_products
    on ranked_places.is_back_test = popular_products.is_back_test
    and ranked_places.popularity_rank = popular_products.popularity_rank
