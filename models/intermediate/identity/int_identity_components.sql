{{ config(materialized='connected_components') }}

with

links as (
    select * from {{ ref('int_identity_links') }}
    where is_email_usable and is_account_usable
),

identifiers as (
    select * from {{ ref('int_identifiers') }}
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
