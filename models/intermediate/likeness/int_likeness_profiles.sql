with

nodes as (
    select * from {{ ref('int_identified_nodes') }}
    where identifier_type = 'account' and not is_conflict
),

customers as (
    select * from {{ ref('stg_customers') }}
    where {{ var('identity_suggestions') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
)

select
    nodes.person_id,
    customers.phone,
    coalesce(customers.country_code, {{ sql_text(var('shop_country')) }}) as country_code,
    {{ letters_and_digits(first_word('customers.first_name')) }} as first_name,
    {{ letters_and_digits('customers.last_name') }} as last_name,
    {{ letters_and_digits('customers.postal_code') }} as postal_code,
    {{ letters_and_digits('customers.city') }} as city,
    -- What forms write where nobody filled in anything.
    case
        when customers.birth_date not in (date '1900-01-01', date '1970-01-01')
            then customers.birth_date
    end as birth_date
from nodes
cross join as_of
inner join customers
    on nodes.source_system = customers.source_system
    and nodes.identifier = customers.account_id
where customers.created_at is null or customers.created_at < as_of.as_of
