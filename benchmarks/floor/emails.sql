create temp table customer_emails as
with

accounts as (
    select
        customer_id as account_id,
        count(*) filter (
            where
                event_type = 'opened'
                and not is_machine_open
                and campaign_type <> 'transactional'
                and occurred_at >= getvariable('last_90_days_from')
        ) as opens_last_90_days,
        count(*) filter (
            where
                event_type = 'clicked'
                and campaign_type <> 'transactional'
                and occurred_at >= getvariable('last_90_days_from')
        ) as clicks_last_90_days,
        max(occurred_at) filter (
            where event_type = 'clicked' or event_type = 'opened' and not is_machine_open
        ) as last_engagement_at,
        max(occurred_at) filter (
            where
                (event_type = 'clicked' or event_type = 'opened' and not is_machine_open)
                and campaign_type <> 'transactional'
        ) as last_marketing_engagement_at
    from raw.email_events
    where occurred_at < getvariable('as_of')
    group by customer_id
)

select
    coalesce(joined_accounts.customer_id, accounts.account_id) as customer_id,
    sum(accounts.opens_last_90_days) as opens_last_90_days,
    sum(accounts.clicks_last_90_days) as clicks_last_90_days,
    max(accounts.last_engagement_at) as last_engagement_at,
    max(accounts.last_marketing_engagement_at) as last_marketing_engagement_at
from accounts
left join joined_accounts on accounts.account_id = joined_accounts.account_id
group by coalesce(joined_accounts.customer_id, accounts.account_id);

create temp table customer_consents as
select
    coalesce(joined_accounts.customer_id, consents.customer_id) as customer_id,
    max(consents.occurred_at) filter (where consents.state = 'granted') as granted_at,
    max(consents.occurred_at) filter (where consents.state = 'withdrawn') as withdrawn_at
from raw.consent_events as consents
left join joined_accounts on consents.customer_id = joined_accounts.account_id
where consents.occurred_at < getvariable('as_of')
group by coalesce(joined_accounts.customer_id, consents.customer_id);

-- A no of the account stands for ever. Nothing bounces, and nobody unsubscribes or complains.
create table int_customer_addresses as
with

addresses as (
    select
        mailboxes.customer_id,
        mailboxes.is_refused,
        greatest(mailboxes.granted_at, consents.granted_at) as granted_at,
        consents.withdrawn_at
    from mailboxes
    left join customer_consents as consents on mailboxes.customer_id = consents.customer_id
)

select
    customer_id,
    granted_at,
    granted_at is not null
    and not is_refused
    and coalesce(granted_at > withdrawn_at, true) as is_subscribed
from addresses;

-- The shop writes no short messages and no service recovery emails.
create table int_customer_sms (customer_id varchar, granted_at timestamp);

create table int_customer_recoveries (
    customer_id varchar, score_before double, score_after double, answered_at timestamp
);
