with

customers as (
    select * from {{ ref('customer_facts') }}
),

voice as (
    select * from {{ ref('int_customer_voice') }}
)

select
    customers.customer_id,
    'photo_reviewers' as segment,
    '' as segment_value,
    customers.as_of_date,
    voice.last_photo_review_at as evidence_at,
    customers.photo_review_count || ' of ' || {{ counted('customers.review_count', 'review') }}
    || ' with a photo' as reason
from customers
inner join voice on customers.customer_id = voice.customer_id
where customers.photo_review_count >= {{ var('photo_reviewers_min_reviews') }}
