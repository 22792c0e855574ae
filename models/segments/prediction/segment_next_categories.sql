with

customers as (
    select * from {{ ref('order_facts') }}
),

order_lines as (
    select * from {{ ref('int_valid_order_lines') }}
    where category is not null
),

bought_categories as (
    select * from {{ ref('int_customer_categories') }}
),

neighbours as (
    select * from {{ ref('affinity_neighbours') }}
    where item_type = 'category'
),

latest_categories as (
    select
        customers.customer_id,
        customers.as_of_date,
        customers.last_order_at,
        order_lines.category
    from customers
    inner join order_lines
        on customers.customer_id = order_lines.customer_id
        and customers.last_order_at = order_lines.ordered_at
    group by
        customers.customer_id, customers.as_of_date, customers.last_order_at, order_lines.category
),

nearest_categories as (
    select
        latest_categories.customer_id,
        latest_categories.as_of_date,
        latest_categories.last_order_at,
        min({{ row_struct({
            'distance': '-neighbours.jaccard',
            'next_category': 'neighbours.neighbour',
            'category': 'latest_categories.category',
        }) }}) as nearest
    from latest_categories
    inner join neighbours on latest_categories.category = neighbours.item
    left join bought_categories
        on latest_categories.customer_id = bought_categories.customer_id
        and neighbours.neighbour = bought_categories.category
    where bought_categories.category is null
    group by
        latest_categories.customer_id, latest_categories.as_of_date, latest_categories.last_order_at
)

select
    customer_id,
    'next_categories' as segment,
    nearest.next_category as segment_value,
    as_of_date,
    last_order_at as evidence_at,
    'bought ' || nearest.category || ' -> ' || nearest.next_category || ', as '
    || {{ percentage('-nearest.distance') }} || ' of who bought either' as reason
from nearest_categories
