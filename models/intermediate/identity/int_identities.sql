with

sightings as (
    select distinct
        source_system,
        account_id,
        email
    from {{ ref('int_sightings') }}
    where account_id is not null or email is not null
),

nodes as (
    select * from {{ ref('int_identified_nodes') }}
),

persons as (
    select * from {{ ref('int_persons') }}
),

accounts as (
    select
        nodes.source_system,
        nodes.identifier as account_id,
        persons.customer_id
    from nodes
    inner join persons on nodes.person_id = persons.person_id
    where nodes.identifier_type = 'account'
),

emails as (
    select
        nodes.identifier as email,
        persons.customer_id
    from nodes
    inner join persons on nodes.person_id = persons.person_id
    where nodes.identifier_type = 'email'
)

select
    sightings.source_system,
    sightings.account_id,
    sightings.email,
    accounts.account_id as usable_account_id,
    emails.email as usable_email,
    coalesce(accounts.customer_id, emails.customer_id) as customer_id,
    emails.customer_id as email_customer_id
from sightings
left join accounts
    on sightings.source_system = accounts.source_system
    and sightings.account_id = accounts.account_id
left join emails
    on sightings.email = emails.email
