with

profiles as (
    select * from {{ ref('int_likeness_profiles') }}
),

orders as (
    select
        source_system,
        account_id,
        email,
        coalesce(country_code, {{ sql_text(var('shop_country')) }}) as country_code,
        {{ letters_and_digits('postal_code') }} as postal_code,
        {{ letters_and_digits('city') }} as city
    from {{ ref('stg_orders') }}
    cross join {{ ref('int_as_of') }} as as_of
    where not is_test and ordered_at < as_of.as_of and {{ var('identity_suggestions') }}
),

order_places as (
    select
        source_system,
        account_id,
        email,
        country_code,
        postal_code,
        city
    from orders
    where postal_code is not null or city is not null
    group by source_system, account_id, email, country_code, postal_code, city
),

identities as (
    select * from {{ ref('int_identities') }}
),

persons as (
    select * from {{ ref('int_persons') }}
)

select
    person_id,
    country_code,
    postal_code,
    city
from profiles
where postal_code is not null or city is not null

union

select
    persons.person_id,
    order_places.country_code,
    order_places.postal_code,
    order_places.city
from order_places
inner join identities
    on {{ same_identity('order_places', 'identities') }}
inner join persons on identities.customer_id = persons.customer_id
