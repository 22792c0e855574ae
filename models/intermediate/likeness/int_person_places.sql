with

profiles as (
    select * from {{ ref('int_likeness_profiles') }}
),

orders as (
    select * from {{ ref('stg_orders') }}
    where not is_test and {{ var('identity_suggestions') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

order_places as (
    select
        orders.source_system,
        orders.account_id,
        orders.email,
        orders.country_code,
        orders.postal_code,
        orders.city
    from orders
    cross join as_of
    where orders.ordered_at < as_of.as_of
    group by
        orders.source_system, orders.account_id, orders.email,
        orders.country_code, orders.postal_code, orders.city
),

folded_places as (
    select
        source_system,
        account_id,
        email,
        coalesce(country_code, {{ sql_text(var('shop_country')) }}) as country_code,
        {{ letters_and_digits('postal_code') }} as postal_code,
        {{ letters_and_digits('city') }} as city
    from order_places
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
    folded_places.country_code,
    folded_places.postal_code,
    folded_places.city
from folded_places
inner join identities
    on {{ same_identity('folded_places', 'identities') }}
inner join persons on identities.customer_id = persons.customer_id
where folded_places.postal_code is not null or folded_places.city is not null
