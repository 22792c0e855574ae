-- Every row of the seed identity_links names an account or an address on each side, not the same.
with

identity_links as (
    select
        {{ read_account('account_id') }} as account_id,
        {{ read_account('other_account_id') }} as other_account_id,
        email,
        other_email,
        {{ usable_email('email') }} as usable_email,
        {{ usable_email('other_email') }} as other_usable_email,
        coalesce(source_system, '') = coalesce(other_source_system, '') as is_same_system,
        {{ named_side('source_system', 'account_id', 'email') }} as side,
        {{ named_side('other_source_system', 'other_account_id', 'other_email') }} as other_side
    from {{ ref('identity_links') }}
),

problems as (
    select
        side,
        other_side,
        case
            when
                (account_id is null and email is null)
                or (other_account_id is null and other_email is null)
                then 'names nothing on one side'
            when
                (account_id is not null and email is not null)
                or (other_account_id is not null and other_email is not null)
                then 'names an account and an address on one side, which are two links'
            when
                (email is not null and usable_email is null)
                or (other_email is not null and other_usable_email is null)
                then 'names an address that can be none'
            when
                (account_id = other_account_id and is_same_system)
                or usable_email = other_usable_email
                then 'names the same twice'
        end as problem
    from identity_links
)

select
    side,
    other_side,
    problem,
    'The row of the seed identity_links of ' || side || ' and ' || other_side || ' ' || problem
    || ': name one account or one address on each side.' as finding
from problems
where problem is not null
