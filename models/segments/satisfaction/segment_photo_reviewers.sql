with

customers as (
    select * from {{ ref('voice_facts') }}
)

select
    customers.customer_id,
    'photo_reviewers' as segment,
    '' as segment_value,
    customers.as_of_date,
    customers.last_photo_review_at as evidence_at,
    customers.photo_review_count || ' of ' || {{ counted('customers.review_count', 'review') }}
    || ' with a photo' as reason
from customers
where customers.photo_review_count >= {{ var('photo_reviewers_min_reviews') }}
