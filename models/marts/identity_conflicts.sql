with

nodes as (
    select * from {{ ref('int_identified_nodes') }}
    where is_conflict
),

links as (
    select * from {{ ref('int_identity_links') }}
),

owners as (
    select * from {{ ref('int_anonymous_owners') }}
    where customer_id is null
),

conflicts as (
    select
        'too many accounts in one person' as conflict,
        identifier_type, source_system, identifier,
        component_account_count as linked_count
    from nodes

    union all

    select
        'email with too many accounts' as conflict,
        'email' as identifier_type, '' as source_system, email as identifier,
        max(account_count) as linked_count
    from links
    where not is_email_usable
    group by email

    union all

    select
        'account with too many emails' as conflict,
        'account' as identifier_type, source_system, account_id as identifier,
        max(email_count) as linked_count
    from links
    where not is_account_usable
    group by source_system, account_id

    union all

    select
        'device of several persons' as conflict,
        'anonymous_id' as identifier_type, source_system, anonymous_id as identifier,
        person_count as linked_count
    from owners
)

select
    conflicts.conflict,
    conflicts.identifier_type,
    conflicts.source_system,
    conflicts.identifier,
    conflicts.linked_count,
    as_of.as_of_date
from conflicts
cross join {{ ref('int_as_of') }} as as_of
