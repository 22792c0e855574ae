with

shared_identifiers as (
    select * from {{ ref('int_shared_identifiers') }}
),

sightings as (
    select sightings.*
    from {{ ref('int_sightings') }} as sightings
    left join shared_identifiers as shared_accounts
        on shared_accounts.identifier_type = 'account'
        and {{ comparable_text('sightings.account_id') }} = shared_accounts.compared_identifier
    left join shared_identifiers as shared_emails
        on shared_emails.identifier_type = 'email'
        and sightings.email = shared_emails.compared_identifier
    where
        sightings.can_link
        and sightings.account_id is not null
        and sightings.email is not null
        and shared_accounts.compared_identifier is null
        and shared_emails.compared_identifier is null
),

links as (
    select
        source_system,
        account_id,
        email,
        {{ first_by(
            'seen_in', 'coalesce(first_seen_at, ' ~ before_everything() ~ ')', 'seen_in'
        ) }} as linked_in,
        min(first_seen_at) as linked_at
    from sightings
    group by source_system, account_id, email
),

accounts_per_email as (
    select
        email,
        count(*) as account_count
    from links
    group by email
),

emails_per_account as (
    select
        source_system,
        account_id,
        count(*) as email_count
    from links
    group by source_system, account_id
)

select
    links.source_system,
    links.account_id,
    links.email,
    links.linked_in,
    links.linked_at,
    accounts_per_email.account_count,
    emails_per_account.email_count,
    accounts_per_email.account_count <= {{ var('max_accounts_per_email') }} as is_email_usable,
    emails_per_account.email_count <= {{ var('max_emails_per_account') }} as is_account_usable
from links
inner join accounts_per_email
    on links.email = accounts_per_email.email
inner join emails_per_account
    on links.source_system = emails_per_account.source_system
    and links.account_id = emails_per_account.account_id
