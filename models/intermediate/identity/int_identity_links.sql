with

shared_identifiers as (
    select * from {{ ref('int_shared_identifiers') }}
),

sightings as (
    select * from {{ ref('int_sightings') }}
    where can_link and account_id is not null and email is not null
),

accepted_links as (
    select * from {{ ref('int_accepted_links') }}
    where identifier_type = 'account' and other_identifier_type = 'email'
),

proofs as (
    select source_system, account_id, email, seen_in, first_seen_at
    from sightings

    union all

    select
        source_system, identifier as account_id, other_identifier as email,
        'identity_links' as seen_in, linked_at as first_seen_at
    from accepted_links
),

usable_proofs as (
    select proofs.*
    from proofs
    left join shared_identifiers as shared_accounts
        on shared_accounts.identifier_type = 'account'
        and {{ comparable_text('proofs.account_id') }} = shared_accounts.compared_identifier
    left join shared_identifiers as shared_emails
        on shared_emails.identifier_type = 'email'
        and proofs.email = shared_emails.compared_identifier
    where
        shared_accounts.compared_identifier is null
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
    from usable_proofs
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
