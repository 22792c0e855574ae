with

sightings as (
    select * from {{ ref('int_sightings') }}
    where can_link and account_id is not null and email is not null
),

shared_emails as (
    select {{ usable_email('email') }} as email
    from {{ ref('shared_emails') }}
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
    where
        email not in (
            select shared_emails.email
            from shared_emails
            where shared_emails.email is not null
        )
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
