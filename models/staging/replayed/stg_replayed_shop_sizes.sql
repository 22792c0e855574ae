select
    shop_sizes.as_of_date,
    shop_sizes.customer_count,
    shop_sizes.buyer_count,
    shop_sizes.subscriber_count,
    shop_sizes.order_count,
    shop_sizes.net_revenue
from {{ source('replayed', 'shop_sizes') }} as shop_sizes
