{{ config(materialized='connected_components') }}

with

links as (
    select * from {{ ref('int_identity_links') }}
    where is_email_usable and is_account_usable
),

accepted_links as (
    select * from {{ ref('int_accepted_links') }}
),

identifiers as (
    select * from {{ ref('int_identifiers') }}
    where is_usable
)

select
    accounts.node_id as node_a,
    emails.node_id as node_b
from links
inner join identifiers as accounts
    on accounts.identifier_type = 'account'
    and links.source_system = accounts.source_system
    and links.account_id = accounts.identifier
inner join identifiers as emails
    on emails.identifier_type = 'email'
    and links.email = emails.identifier

union all

select
    identifiers.node_id as node_a,
    others.node_id as node_b
from accepted_links
inner join identifiers
    on accepted_links.identifier_type = identifiers.identifier_type
    and accepted_links.source_system = identifiers.source_system
    and accepted_links.identifier = identifiers.identifier
inner join identifiers as others
    on accepted_links.other_identifier_type = others.identifier_type
    and accepted_links.other_source_system = others.source_system
    and accepted_links.other_identifier = others.identifier
