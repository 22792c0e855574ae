with

moved_ids as (
    select * from {{ ref('int_published_ids') }}
    where published_as <> customer_id
)

select customer_id from moved_ids
union
select published_as as customer_id from moved_ids
