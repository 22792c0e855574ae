{{ config(materialized='view', enabled=is_connected('klaviyo')) }}

with

people as (
    select
        *,
        subscriptions.email.marketing as email_marketing,
        subscriptions.email.marketing.suppression as suppressions,
        subscriptions.sms.marketing as sms_marketing
    from {{ ref('base_klaviyo__people') }}
),

noes as (
    select
        connector, file_path, place_in_file, person_id, email, updated_at,
        0 as part,
        'email' as channel,
        'unsubscribed' as reason,
        {{ read_timestamp('email_marketing.consent_timestamp') }} as stated_at
    from people
    where upper(email_marketing.consent) = 'UNSUBSCRIBED'

    union all

    select
        connector, file_path, place_in_file, person_id, email, updated_at,
        1 as part,
        'sms' as channel,
        'unsubscribed' as reason,
        {{ read_timestamp('sms_marketing.consent_timestamp') }} as stated_at
    from people
    where upper(sms_marketing.consent) = 'UNSUBSCRIBED'

    union all

    select
        people.connector, people.file_path, people.place_in_file, people.person_id, people.email,
        people.updated_at,
        1 + position as part,
        'email' as channel,
        lower(suppression.reason) as reason,
        {{ read_timestamp('suppression.timestamp') }} as stated_at
    from people
    {{ each_of('people.suppressions', 'suppression') }}
)

-- The date of a no is not always renewed when it is said again: it stands since then, and once more
-- since the profile, which still shows it, was last changed.
select
    connector,
    file_path,
    place_in_file * 10000 + part * 2 as place_in_file,
    person_id || ':' || part * 2 as no_id,
    email,
    channel,
    reason,
    stated_at as occurred_at
from noes
where stated_at is not null

union all

select
    connector,
    file_path,
    place_in_file * 10000 + part * 2 + 1 as place_in_file,
    person_id || ':' || (part * 2 + 1) as no_id,
    email,
    channel,
    reason,
    updated_at as occurred_at
from noes
where stated_at is null or updated_at > stated_at
