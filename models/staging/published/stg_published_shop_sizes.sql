select
    shop_sizes.build_id,
    shop_sizes.as_of_date,
    shop_sizes.customer_count,
    shop_sizes.buyer_count,
    shop_sizes.subscriber_count,
    shop_sizes.order_count,
    shop_sizes.net_revenue,
    shop_sizes.is_replayed
from {{ source('published', 'shop_sizes') }} as shop_sizes
