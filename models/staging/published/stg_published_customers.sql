select
    customers.build_id,
    customers.customer_id
from {{ source('published', 'customer_facts') }} as customers
