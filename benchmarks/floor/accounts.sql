-- Accounts with one mailbox are one person, who is called like the oldest of them.
create temp table mailboxes as
select
    email,
    arg_min(customer_id, created_at) as customer_id,
    list(customer_id) as account_ids,
    arg_min(
        struct_pack(
            country_code := country_code,
            city := city,
            language := language,
            gender := gender,
            birth_date := birth_date
        ),
        created_at
    ) as profile,
    max(created_at) filter (where accepts_marketing) as granted_at,
    bool_or(not accepts_marketing) as is_refused
from raw.customers
where created_at < getvariable('as_of')
group by email;

-- Any other account is a person of its own.
create temp table joined_accounts as
select
    unnest(account_ids) as account_id,
    customer_id
from mailboxes
where len(account_ids) > 1;
